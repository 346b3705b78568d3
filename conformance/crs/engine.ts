/** The engine as the README of the suite wants it: paranoia level 4, low limits, detection only, responses inspected. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compileRuleset, type RuleSource, type Ruleset } from '#parts/waf/ruleset.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

/** The values are those of the suite's README (rule 900005). */
const settings = `
SecAction "id:900005,phase:1,nolog,pass,\\
  ctl:ruleEngine=DetectionOnly,ctl:ruleRemoveById=910000,\\
  setvar:tx.blocking_paranoia_level=4,\\
  setvar:tx.crs_validate_utf8_encoding=1,\\
  setvar:tx.arg_name_length=100,\\
  setvar:tx.arg_length=400,\\
  setvar:tx.total_arg_length=64000,\\
  setvar:tx.max_num_args=255,\\
  setvar:tx.max_file_size=64100,\\
  setvar:tx.combined_file_sizes=65535"
`

/** CRS as it comes, between our own base rules and the settings of the suite. */
export function suiteRuleset(crsDir: string): Ruleset {
  const read = (file: string): RuleSource => ({ file, text: readFileSync(file, 'latin1') })
  const rules = readdirSync(join(crsDir, 'rules'))
    .filter((file) => file.endsWith('.conf'))
    .sort()
  return compileRuleset(
    [
      read(join(root, 'packaging', 'rules', 'base.conf')),
      { file: 'suite-settings.conf', text: settings },
      read(join(crsDir, 'crs-setup.conf.example')),
      ...rules.map((file) => read(join(crsDir, 'rules', file))),
    ],
    {
      read_data(path, from_file) {
        const file = join(dirname(from_file), path)
        return existsSync(file) ? readFileSync(file, 'latin1') : undefined
      },
    },
  )
}
