/** Texts of the pages of rules and exceptions, and of fixes made from a hit. */
import { compact } from '../format/number.ts'

const counted = (n: number, one: string, many: string) => `${compact(n)} ${n === 1 ? one : many}`

export const ruleWords = {
  title: 'Rules',
  lead: 'The rule set of all sites, and rules of your own beside it.',
  set: 'Rule set',
  set_names: {
    set: 'Version',
    paranoia_level: 'Paranoia level',
    inbound_threshold: 'Threshold of requests',
    outbound_threshold: 'Threshold of responses',
    allowed_methods: 'Methods',
    allowed_content_types: 'Body types',
  },
  from_set: 'as the rule set says',
  package: 'of the distribution',
  own: 'Own rules',
  own_none: 'No rule of your own. A draft is where you write one, with requests that test it.',
  tests: (n: number) => counted(n, 'test request', 'test requests'),
  lines: (n: number) => counted(n, 'line', 'lines'),
  edit: 'Edit in a draft',
  write: 'Write rules',

  exceptions: 'Exceptions',
  exceptions_lead: 'Where rules do not count, as narrow as possible.',
  search: 'Search exceptions',
  search_placeholder: 'Name, path, parameter, rule or reason',
  empty_title: 'No exception yet',
  empty_text:
    'When a rule blocks an honest request, open the request under Attacks and choose “Find a fix”. Or write one:',
  none_fits: 'No exception fits',
  none_fits_text: 'Search for something shorter.',
  shown: (n: number, all: number) =>
    n === all ? counted(all, 'exception', 'exceptions') : `${compact(n)} of ${compact(all)}`,
  columns: {
    name: 'Name',
    where: 'Where',
    what: 'What does not count',
    ends: 'Ends',
    reason: 'Reason',
  },
  add: 'Add exception',
  edit_one: (name: string) => `Edit ${name}`,
  all_sites: 'all sites',
  all_paths: 'everywhere',
  all_rules: 'all rules',
  on_parameter: (parameter: string) => `on ${parameter}`,
  whole_request: 'on the whole request',
  never: 'never',
  ended: 'ended',
  save: 'Take over',
  remove: 'Remove',
  cancel: 'Cancel',
  new_title: 'New exception',

  fix: 'Wrongly blocked?',
  fix_lead:
    'Exceptions that let this request through, the narrowest first, each tried on recorded requests.',
  fix_find: 'Find a fix',
  fix_searching: 'Trying each exception on recorded requests',
  fix_none: 'No exception lets this request through.',
  fix_replayed: (n: number) => `Tried on ${counted(n, 'recorded request', 'recorded requests')}`,
  fix_unblocks: (requests: number, clients: number) =>
    `Unblocks ${counted(requests, 'request', 'requests')} of ${counted(clients, 'client', 'clients')}`,
  fix_attacks: (n: number) =>
    n === 0 ? 'none of them an attack' : `of them ${counted(n, 'attack', 'attacks')}`,
  fix_no_help: 'Does not help by itself',
  fix_use: 'Use this',
  fix_use_label: (n: number) => `Use this, fix ${n}`,
  fix_reason: 'Why this is a false alarm',
  fix_reason_hint: 'Stands with the exception, for whoever reads it next year.',
  fix_draft: 'Goes into',
  fix_new_draft: 'A new draft',
  narrowest: 'Narrowest',
} as const
