import type { Grammar } from './grammar.ts'
import { kind, letters } from './kinds.ts'
import { type Dialect, isWord, readString, readToken, type Token } from './scan.ts'

/** Longest shape that is kept: the grammar decides on fewer tokens. */
const shape_length = 10

/** A comment of this many bytes at most has no words in it: `-- -`, `--+`, `/*`. */
const cut_length = 5

const token: Token = { kind: 0, start: 0, end: 0, code: 0 }

/** Operands: a value may stand here. */
const is_operand = flags(
  kind.number,
  kind.string,
  kind.unclosed,
  kind.breakout,
  kind.variable,
  kind.name,
  kind.call,
  kind.danger,
  kind.other_call,
)

const is_sum = flags(kind.arithmetic, kind.multiply)
const is_operator = flags(kind.arithmetic, kind.multiply, kind.compare, kind.word_compare)
const is_comparison = flags(kind.compare, kind.word_compare)

/** Words that count as a plain name unless the next word gives them their meaning. */
const is_half = flags(
  kind.verb,
  kind.object,
  kind.by,
  kind.sort,
  kind.case_word,
  kind.put,
  kind.delete,
  kind.update,
  kind.exec,
  kind.declare,
  kind.wait,
  kind.delay,
  kind.shutdown,
  kind.into,
  kind.file,
  kind.set,
  kind.danger_name,
  kind.quantifier,
  kind.values,
  kind.starter,
)

/** Words that start a statement behind a semicolon. */
const is_start = flags(
  kind.verb,
  kind.put,
  kind.delete,
  kind.update,
  kind.exec,
  kind.declare,
  kind.wait,
  kind.shutdown,
  kind.set,
  kind.starter,
)

/**
 * Folds the tokens of a value into a short shape and asks the grammar after each of them.
 * What has no influence on the structure (inner comments, signs, inner parentheses, arguments of
 * functions, sums) is left out, so that `1 /**\/ AND -(2) + 3 = f(4)` and `1 and 1=f()` look alike.
 * One pass, a bounded number of steps a byte; the two buffers are reused by every call.
 */
export class Shape {
  readonly #grammar: Grammar
  readonly #kinds = new Uint8Array(shape_length + 4)
  readonly #states = new Uint16Array(shape_length + 5)
  #length = 0
  #depth = 0
  /** Depth of the call whose arguments are being left out, -1 outside of any. */
  #call_depth = -1
  /** The last two tokens as read, before folding. */
  #last = 0
  #before = 0
  #accepted = false
  #breakout_end = 0

  constructor(grammar: Grammar) {
    this.#grammar = grammar
  }

  /**
   * The fingerprint of an injection, or undefined. `quote` is the quote (39, 34) inside of which
   * the value is thought to stand, 0 for none.
   */
  judge(value: string, quote: number, dialect: Dialect): string | undefined {
    this.#reset()
    let at = 0
    let has_comment = false
    if (quote !== 0) {
      token.start = 0
      readString(value, 0, quote, dialect, token)
      if (token.kind === kind.unclosed) return undefined
      this.#append(kind.breakout)
      this.#breakout_end = token.end
      at = token.end
    }
    for (;;) {
      readToken(value, at, dialect, token)
      at = token.end
      if (token.kind === kind.block_comment) has_comment = true
      else {
        // A comment inside is as good a proof as one at the end.
        this.#take(token.kind === kind.end && has_comment ? kind.comment : token.kind)
        this.#before = this.#last
        this.#last = token.kind
      }
      if (this.#accepted) return this.#isBareCut(value) ? undefined : this.#fingerprint()
      if (token.kind === kind.end || this.#isSettled()) return undefined
    }
  }

  #reset(): void {
    this.#states[0] = this.#grammar.start
    this.#length = 0
    this.#depth = 0
    this.#call_depth = -1
    this.#last = 0
    this.#before = 0
    this.#accepted = false
  }

  /** Nothing that folding can still change would be accepted. */
  #isSettled(): boolean {
    return (
      this.#length >= shape_length ||
      (this.#length >= 3 && this.#states[this.#length - 2] === this.#grammar.dead)
    )
  }

  /**
   * Only a quote and a comment: an attack behind one word (`admin'--`) or when nothing follows,
   * else punctuation (`the boys' -- and the girls'`, `option('--first', …)`).
   */
  #isBareCut(value: string): boolean {
    if (this.#length > 3 || token.kind !== kind.comment || this.#kinds[0] !== kind.breakout)
      return false
    for (let index = 1; index < this.#length - 1; index++)
      if (is_operand[this.#kinds[index] ?? 0] === 1) return false
    const length = value.length - token.start
    // `#` is a number sign in prose.
    if (token.code === 35) return length > 2
    if (length <= cut_length && !value.includes("'", token.start)) return false
    return !isOneWord(value, this.#breakout_end - 1)
  }

  #fingerprint(): string {
    let text = ''
    for (let index = 0; index < this.#length; index++) text += letters[this.#kinds[index] ?? 0]
    return text
  }

  #append(what: number): void {
    this.#kinds[this.#length] = what
    const state = this.#grammar.step(this.#states[this.#length] ?? 0, what)
    this.#states[++this.#length] = state
    if (state === this.#grammar.accept) this.#accepted = true
  }

  /** Nobody honest sends a comment that the database runs. */
  #accept(): void {
    this.#length = Math.min(this.#length, shape_length)
    this.#append(kind.executable)
    this.#accepted = true
  }

  #tail(back: number): number {
    return back <= this.#length ? (this.#kinds[this.#length - back] ?? 0) : -1
  }

  #expectsOperand(): boolean {
    return this.#length === 0 || !(is_operand[this.#tail(1)] === 1 || this.#tail(1) === kind.close)
  }

  #take(what: number): void {
    if (what === kind.open) this.#takeOpen()
    else if (what === kind.close) this.#takeClose()
    else if (what === kind.close_brace && this.#depth > 0) this.#takeClose()
    else if (what === kind.close_brace) this.#append(kind.other)
    else if (what === kind.executable) this.#accept()
    else if (what === kind.not || (this.#call_depth >= 0 && this.#isArgument(what))) return
    else if (this.#completes(what)) return
    else if (is_start[what] === 1 && this.#tail(1) === kind.semicolon) this.#append(kind.command)
    else if (is_half[what] === 1) this.#append(kind.name)
    else if (is_operand[what] === 1) this.#takeOperand(what)
    else if (is_operator[what] === 1) this.#takeOperator(what)
    else if (what === kind.select && this.#last === kind.open) this.#append(kind.subselect)
    else if (what === kind.from || what === kind.when) this.#append(kind.keyword)
    else this.#append(what)
  }

  #takeOpen(): void {
    // `in (` is no longer English.
    if (this.#last === kind.word_compare && this.#tail(1) === kind.word_compare)
      this.#replace(kind.compare)
    const is_call =
      this.#last === kind.call || this.#last === kind.danger || this.#last === kind.other_call
    if (is_call && this.#call_depth < 0) this.#call_depth = this.#depth
    this.#depth++
  }

  #takeClose(): void {
    if (this.#depth > 0) {
      if (--this.#depth === this.#call_depth) this.#call_depth = -1
    } else if (this.#tail(1) !== kind.close) this.#append(kind.close)
  }

  /** Inside the arguments of a function only a subselect and the end matter. */
  #isArgument(what: number): boolean {
    if (what === kind.end || what === kind.executable) return false
    if (what === kind.comment || what === kind.union || what === kind.danger) return false
    return !(what === kind.select && this.#last === kind.open)
  }

  /** Two words that mean something only together replace the first one. */
  #completes(what: number): boolean {
    const last = this.#last
    if (what === kind.by && last === kind.sort) return this.#replace(kind.clause)
    if ((what === kind.object || what === kind.bound) && last === kind.verb)
      return this.#replace(kind.statement)
    if (what === kind.into && last === kind.put) return this.#replace(kind.statement)
    if (what === kind.from && last === kind.delete) return this.#replace(kind.statement)
    if (what === kind.file && last === kind.into) return this.#replace(kind.statement)
    if (what === kind.delay && last === kind.wait) return this.#replace(kind.statement)
    if (what === kind.variable && (last === kind.declare || last === kind.exec))
      return this.#replace(kind.statement)
    if (what === kind.set && this.#before === kind.update && last === kind.name) {
      this.#length -= 1
      return this.#replace(kind.statement)
    }
    if (what === kind.when && last === kind.case_word) return this.#replace(kind.case)
    if (last === kind.union && what === kind.quantifier) {
      this.#append(kind.union)
      return this.#keep(kind.union)
    }
    if (last === kind.select && what === kind.quantifier) return this.#keep(kind.select)
    if (last === kind.union && (what === kind.values || what === kind.object)) {
      this.#append(kind.select)
      return true
    }
    return this.#completesCommand(what)
  }

  /** `exec name` and `shutdown` are commands only where a statement starts. */
  #completesCommand(what: number): boolean {
    const is_start = this.#tail(2) === kind.semicolon || this.#tail(2) === kind.close
    if (this.#last === kind.exec && (what === kind.danger_name || what === kind.string))
      return this.#replace(kind.statement)
    if (this.#last === kind.exec && is_start && what === kind.name)
      return this.#replace(kind.statement)
    const is_stop = what === kind.end || what === kind.semicolon || what === kind.comment
    if (this.#last === kind.shutdown && is_start && is_stop) return this.#replace(kind.statement)
    return false
  }

  #replace(what: number): boolean {
    if (this.#length > 0) this.#length--
    this.#append(what)
    return true
  }

  /** The quantifier is left out, and `union all (` is still read as `union (`. */
  #keep(what: number): boolean {
    token.kind = what
    return true
  }

  #takeOperand(what: number): void {
    if (is_sum[this.#tail(1)] === 1 && is_operand[this.#tail(2)] === 1) {
      const is_kept = what === kind.danger || what === kind.unclosed
      if (!is_kept && this.#tail(2) !== kind.breakout) {
        this.#length--
        return
      }
    }
    if (this.#isListed(what) || this.#isCompared()) {
      this.#length--
      return
    }
    this.#append(what)
  }

  /** `1, 2, 3` at the beginning: values of an insert, or of `in`. */
  #isListed(what: number): boolean {
    const is_literal = what === kind.number || what === kind.string || what === kind.variable
    return is_literal && this.#length === 2 && this.#tail(1) === kind.comma
  }

  /** `a = b = c`, and `select a || b` */
  #isCompared(): boolean {
    const glue = this.#tail(1)
    if (is_operand[this.#tail(2)] !== 1) return false
    if (glue === kind.logic) return this.#kinds[0] === kind.select
    return is_comparison[glue] === 1 && is_comparison[this.#tail(3)] === 1
  }

  #takeOperator(what: number): void {
    if (!this.#expectsOperand()) {
      this.#append(what)
      return
    }
    // A sign before an operand, or the star of `select *`.
    if (is_sum[what] === 1) {
      if (this.#tail(1) === kind.select || this.#tail(1) === kind.subselect)
        this.#append(kind.number)
      else if (!isSign(token.code)) this.#append(what)
      return
    }
    if (is_comparison[this.#tail(1)] !== 1) this.#append(what)
  }
}

/** `+`, `-`, and `*` and `%` which stand for values here and there. */
function isSign(code: number): boolean {
  return code === 43 || code === 45
}

function isOneWord(value: string, end: number): boolean {
  for (let at = 0; at < end; at++) if (!isWord(value.charCodeAt(at))) return false
  return end > 0
}

function flags(...kinds: readonly number[]): Uint8Array {
  const set = new Uint8Array(128)
  for (const each of kinds) set[each] = 1
  return set
}
