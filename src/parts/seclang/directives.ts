/** Every directive we read, with the number of words it takes. */

/** `effect: 'none'` is read and listed, but changes nothing here (audit and debug logs are ours). */
export type DirectiveWords = {
  readonly words: readonly [least: number, most: number]
  readonly effect?: 'none'
}

const one: DirectiveWords = { words: [1, 1] }
const without_effect: DirectiveWords = { words: [1, 9], effect: 'none' }

/** Names as the ModSecurity reference manual writes them; looked up without regard to case. */
export const directives: Readonly<Record<string, DirectiveWords>> = {
  Include: one,
  IncludeOptional: one,
  SecAction: one,
  SecArgumentSeparator: one,
  SecArgumentsLimit: one,
  SecAuditEngine: without_effect,
  SecAuditLog: without_effect,
  SecAuditLog2: without_effect,
  SecAuditLogDirMode: without_effect,
  SecAuditLogFileMode: without_effect,
  SecAuditLogFormat: without_effect,
  SecAuditLogParts: without_effect,
  SecAuditLogPrefix: without_effect,
  SecAuditLogRelevantStatus: without_effect,
  SecAuditLogStorageDir: without_effect,
  SecAuditLogType: without_effect,
  SecCacheTransformations: without_effect,
  SecCollectionTimeout: one,
  SecComponentSignature: one,
  SecCookieFormat: one,
  SecDataDir: without_effect,
  SecDebugLog: without_effect,
  SecDebugLogLevel: without_effect,
  SecDefaultAction: one,
  SecMarker: one,
  SecPcreMatchLimit: without_effect,
  SecPcreMatchLimitRecursion: without_effect,
  SecRequestBodyAccess: one,
  SecRequestBodyInMemoryLimit: without_effect,
  SecRequestBodyJsonDepthLimit: one,
  SecRequestBodyLimit: one,
  SecRequestBodyLimitAction: one,
  SecRequestBodyNoFilesLimit: one,
  SecResponseBodyAccess: one,
  SecResponseBodyLimit: one,
  SecResponseBodyLimitAction: one,
  SecResponseBodyMimeType: { words: [1, 99] },
  SecResponseBodyMimeTypesClear: { words: [0, 0] },
  SecRule: { words: [2, 3] },
  SecRuleEngine: one,
  SecRuleRemoveById: { words: [1, 999] },
  SecRuleRemoveByMsg: one,
  SecRuleRemoveByTag: one,
  SecRuleUpdateActionById: { words: [2, 2] },
  SecRuleUpdateTargetById: { words: [2, 2] },
  SecRuleUpdateTargetByMsg: { words: [2, 2] },
  SecRuleUpdateTargetByTag: { words: [2, 2] },
  SecSensorId: without_effect,
  SecServerSignature: without_effect,
  SecStatusEngine: without_effect,
  SecTmpDir: without_effect,
  SecTmpSaveUploadedFiles: without_effect,
  SecUnicodeMapFile: without_effect,
  SecUploadDir: without_effect,
  SecUploadFileLimit: without_effect,
  SecUploadFileMode: without_effect,
  SecUploadKeepFiles: without_effect,
  SecWebAppId: without_effect,
  SecXmlExternalEntity: without_effect,
}

/** Directives of the manual that we refuse by name: to pass over them would leave a site less protected than its rules say. */
export const unsupportedDirectives: Readonly<Record<string, string>> = {
  SecConnEngine: 'connections are limited in the settings',
  SecChrootDir: 'systemd confines the daemons',
  SecContentInjection: 'responses are never changed',
  SecGeoLookupDb: 'there is no location database',
  SecGuardianLog: 'rules never run programs',
  SecGsbLookupDb: 'Google Safe Browsing lookups are not made',
  SecHashEngine: 'links are not signed',
  SecHttpBlKey: 'rules make no network requests',
  SecReadStateLimit: 'slow clients are limited in the settings',
  SecRemoteRules: 'rules are read from files only',
  SecRuleInheritance: 'sites do not nest',
  SecRulePerfTime: 'rules are not timed one by one',
  SecRuleScript: 'rules never run programs',
  SecStreamInBodyInspection: 'use REQUEST_BODY',
  SecStreamOutBodyInspection: 'responses are never changed',
  SecWriteStateLimit: 'slow clients are limited in the settings',
}
