/** `gatehouse completion`: a script that makes the shell complete verbs and flags. */
import { type Command, Option } from 'commander'
import type { Output } from '../output.ts'

export function completion(program: Command, output: Output): void {
  program
    .command('completion')
    .description('print the completion script for a shell')
    .argument('<shell>', 'bash or zsh')
    .addHelpText(
      'after',
      '\nExamples:\n  source <(gatehouse completion bash)\n  gatehouse completion zsh > ~/.zfunc/_gatehouse',
    )
    .action((shell: string, _options: unknown, command: Command) => {
      if (shell !== 'bash' && shell !== 'zsh')
        command.error(`error: unknown shell "${shell}": expected bash or zsh`)
      const words = wordsOf(program, '')
      output.line(shell === 'bash' ? bash(words) : zsh(words))
    })
}

/** After which command line (without `gatehouse`) which words may follow. */
type Words = ReadonlyMap<string, readonly string[]>

function wordsOf(command: Command, path: string): Words {
  const flags = [
    ...command.options,
    new Option('--help'),
    ...(path ? (command.parent?.options ?? []) : []),
  ]
  const own = [
    ...command.commands.map((c) => c.name()),
    ...flags.map((o) => o.long ?? '').filter(Boolean),
  ]
  const all = new Map<string, readonly string[]>([[path, [...new Set(own)]]])
  for (const child of command.commands) {
    for (const [key, value] of wordsOf(child, `${path} ${child.name()}`.trim())) all.set(key, value)
  }
  return all
}

function cases(words: Words): string {
  return [...words].map(([path, next]) => `    "${path}") words="${next.join(' ')}" ;;`).join('\n')
}

function bash(words: Words): string {
  return `# bash completion of gatehouse
_gatehouse() {
  local path="" word words="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    case "$word" in -*) continue ;; esac
    case "\${path:+$path }$word" in
${[...words.keys()]
  .filter(Boolean)
  .map((path) => `      "${path}") path="${path}" ;;`)
  .join('\n')}
    esac
  done
  case "$path" in
${cases(words)}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
  [ "\${#COMPREPLY[@]}" -gt 0 ] || COMPREPLY=($(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o filenames -F _gatehouse gatehouse`
}

function zsh(words: Words): string {
  return `#compdef gatehouse
# zsh completion of gatehouse
_gatehouse() {
  local path_so_far="" word words_next="" i
  for ((i = 2; i < CURRENT; i++)); do
    word="\${words[i]}"
    case "$word" in -*) continue ;; esac
    case "\${path_so_far:+$path_so_far }$word" in
${[...words.keys()]
  .filter(Boolean)
  .map((path) => `      "${path}") path_so_far="${path}" ;;`)
  .join('\n')}
    esac
  done
  case "$path_so_far" in
${cases(words).replaceAll('words=', 'words_next=')}
  esac
  compadd -- \${=words_next}
  _files
}
_gatehouse "$@"`
}
