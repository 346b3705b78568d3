/** Does the settings file hold? */
import { type Check, critical, ok } from './finding.ts'

export const settings: Check = async ({ file, problems }) => {
  if (problems.length === 0) return [ok(`${file} holds`)]
  return problems.slice(0, 20).map(({ file, line, column, path, message }) =>
    critical(
      line === 0 ? message : `${file}:${line}:${column}: ${path ? `${path}: ` : ''}${message}`,
      {
        why: 'Gatehouse would not start with this file, and a reload of it is refused',
        fix: 'correct the file; gatehouse check tells whether it holds',
      },
    ),
  )
}
