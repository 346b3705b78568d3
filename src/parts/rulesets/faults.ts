import { faults } from '#base/fault.ts'

export const rulesetFaults = faults('rulesets', {
  package_missing: (f: { path: string }) =>
    `Cannot use the distribution's rule set: there is no ${f.path}, the package modsecurity-crs is not installed`,
  not_found: (f: { name: string; kept: string }) =>
    `Cannot use the rule set "${f.name}": it is no folder, and none of that name is kept (${f.kept})`,
  not_a_rule_set: (f: { path: string; missing: string }) =>
    `Cannot use "${f.path}" as a rule set: there is no ${f.missing} in it`,
  file_missing: (f: { path: string }) => `Cannot read the rule file "${f.path}": it is not there`,
  bad_archive: (f: { path: string; reason: string }) =>
    `Cannot unpack "${f.path}": ${f.reason}, nothing was kept`,
  already_kept: (f: { name: string; path: string }) =>
    `Cannot keep the rule set "${f.name}": it is kept already in ${f.path}`,
  no_version: (f: { path: string }) =>
    `Cannot keep the rule set from "${f.path}": its rules name no version, give it a name`,
})
