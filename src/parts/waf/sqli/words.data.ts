import type { kind } from './kinds.ts'

/**
 * The SQL words we tell apart, by kind. Written from the keyword and function lists of the manuals
 * of MySQL 8, PostgreSQL 16, SQL Server 2022, Oracle 19 and SQLite 3.
 */
export const words: Readonly<Partial<Record<keyof typeof kind, string>>> = {
  logic: 'and or xor',
  compare: 'rlike ilike regexp glob isnull notnull',
  word_compare: 'like is in between sounds similar match overlaps',
  multiply: 'div mod',
  union: 'union intersect except minus',
  select: 'select',
  variable: `null true false current_user session_user system_user current_date current_time
    current_timestamp localtime localtimestamp utc_date utc_time utc_timestamp sysdate rownum rowid
    unknown`,
  bound: 'having limit offset procedure',
  values: 'values',
  starter: `begin commit rollback savepoint call copy vacuum analyze kill print handler do prepare lock unlock
    grant revoke attach detach pragma load use backup restore dbcc explain describe show if`,
  keyword: `where as on join inner outer natural cross using asc desc then else
    end collate escape binary returning for lock window partition over within fetch next rows only`,
  not: 'not',
  verb: 'drop create alter truncate rename reindex',
  object: `table database schema view function trigger user index column login role
    sequence tablespace temporary proc assembly temp unique extension event constraint`,
  by: 'by',
  sort: 'order group',
  quantifier: 'all distinct distinctrow top sql_no_cache sql_cache straight_join high_priority',
  case_word: 'case',
  when: 'when',
  put: 'insert replace merge',
  delete: 'delete',
  update: 'update',
  exec: 'exec execute',
  declare: 'declare',
  wait: 'waitfor wait',
  delay: 'delay',
  shutdown: 'shutdown',
  into: 'into',
  file: 'outfile dumpfile',
  from: 'from',
  set: 'set',
  function_name: `abs acos aes_decrypt aes_encrypt ascii asin atan avg bin bit_and bit_length
    bit_or bitand cast ceil ceiling char char_length character_length charindex chr coalesce
    col_name coercibility compress concat concat_ws connection_id conv convert cos cot crc32
    curdate curtime current_database current_query current_schema current_setting databases
    datalength date_add date_format date_sub datediff db_id db_name default degrees des_decrypt
    des_encrypt elt encrypt exp export_set find_in_set found_rows generate_series getdate
    greatest group_concat hex host_name ifnull iif inet_aton inet_ntoa instr is_member
    is_srvrolemember isnumeric json_extract last_insert_id lcase least listagg ln load_extension
    log10 log2 lpad ltrim make_set md5 name_const newid nullif nvl object_id object_name oct ord
    patindex permissions pi pow printf quotename quote_ident quote_literal rand random randomblob
    replicate rawtohex row_count rpad rtrim sha sha1 sha2 sin sqlite_version sqrt stddev
    string_agg strcmp string_to_array substr substring substring_index sum suser_name suser_sname
    system_user tan to_char to_date to_hex to_number to_timestamp trim typeof ucase uncompress
    unhex user_id user_name uuid variance version xmlagg xmlelement zeroblob query_to_xml
    array_to_string unistr nchar`,
  english_function: `left right year date now format position space replace repeat reverse round floor
    sign log power min max count length lower upper mid quote password encode decode exists
    contains locate field translate`,
  danger_name: `sleep benchmark load_file pg_sleep pg_sleep_for pg_sleep_until pg_read_file
    pg_read_binary_file pg_ls_dir pg_stat_file lo_import lo_export dblink dblink_connect
    extractvalue updatexml gtid_subset
    xp_cmdshell xp_dirtree xp_fileexist xp_regread xp_regwrite xp_subdirs sp_executesql sp_oacreate
    sp_makewebtask sp_addlogin sp_password sp_configure openrowset opendatasource openquery fn_xe_file_target_read_file
    dbms_pipe.receive_message dbms_lock.sleep dbms_session.sleep dbms_ldap.init dbms_utility.sqlid_to_sqlhash
    utl_http.request utl_inaddr.get_host_address utl_inaddr.get_host_name utl_file.fopen
    ctxsys.drithsx.sn httpuritype dbms_xmlgen.getxml dbms_java.runjava xmltype get_lock release_lock
    sys_eval sys_exec sys_context`,
}
