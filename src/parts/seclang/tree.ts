/** What a rule file says, before any meaning is given to it. */

/** Where a word stands: 1-based line and column in its file. */
export type Place = { readonly file: string; readonly line: number; readonly column: number }

/** Which members of a collection are meant. Patterns are regular expressions between slashes. */
export type Selector =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'pattern'; readonly pattern: string }

export type TargetNode = {
  readonly place: Place
  /** `ARGS` is inspected, `!ARGS:x` is left out, `&ARGS` is counted. */
  readonly mode: 'inspect' | 'exclude' | 'count'
  /** As written. */
  readonly variable: string
  readonly selector: Selector | undefined
}

export type OperatorNode = {
  readonly place: Place
  readonly is_negated: boolean
  /** Without the `@`; `rx` when the rule names none. */
  readonly name: string
  readonly argument: string
  /** As written, with `!` and `@`. */
  readonly text: string
}

export type ActionNode = {
  readonly place: Place
  /** As written. */
  readonly name: string
  readonly argument: string | undefined
}

export type RuleNode = {
  readonly kind: 'rule'
  readonly place: Place
  readonly targets: readonly TargetNode[]
  readonly operator: OperatorNode
  readonly actions: readonly ActionNode[]
}

/** `SecAction`: a rule that always matches. */
export type UnconditionalNode = {
  readonly kind: 'unconditional'
  readonly place: Place
  readonly actions: readonly ActionNode[]
}

export type DefaultActionNode = {
  readonly kind: 'default_action'
  readonly place: Place
  readonly actions: readonly ActionNode[]
}

export type MarkerNode = { readonly kind: 'marker'; readonly place: Place; readonly name: string }

/** Which rules a directive speaks of. */
export type RuleChoice = {
  readonly by: 'id' | 'tag' | 'message'
  /** Ids and ranges (`942100 942200-942299`), or a regular expression over tag or message. */
  readonly values: readonly string[]
}

export type RemoveNode = {
  readonly kind: 'remove'
  readonly place: Place
  readonly rules: RuleChoice
}

export type UpdateTargetsNode = {
  readonly kind: 'update_targets'
  readonly place: Place
  readonly rules: RuleChoice
  readonly targets: readonly TargetNode[]
}

export type UpdateActionsNode = {
  readonly kind: 'update_actions'
  readonly place: Place
  readonly rules: RuleChoice
  readonly actions: readonly ActionNode[]
}

/** Every other directive: a name and its words. */
export type SettingNode = {
  readonly kind: 'setting'
  readonly place: Place
  /** As the manual writes it, whatever the case in the file. */
  readonly name: string
  readonly values: readonly string[]
}

export type DirectiveNode =
  | RuleNode
  | UnconditionalNode
  | DefaultActionNode
  | MarkerNode
  | RemoveNode
  | UpdateTargetsNode
  | UpdateActionsNode
  | SettingNode
