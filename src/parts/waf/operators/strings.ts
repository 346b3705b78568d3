/** Operators that compare strings, byte for byte. */
import type { Located } from '../program.ts'
import { type OperatorMaker, span } from './define.ts'

function compare(
  holds: (value: string, argument: string) => boolean,
  locate?: (value: string, argument: string) => Located | undefined,
): OperatorMaker {
  return ({ argument }) => {
    const { constant } = argument
    if (constant !== undefined) {
      return {
        matches: (value) => holds(value, constant),
        locate: (value) => locate?.(value, constant),
      }
    }
    return {
      matches: (value, state) => holds(value, argument.expand(state)),
      locate: (value, state) => locate?.(value, argument.expand(state)),
    }
  }
}

const found = (value: string, argument: string) =>
  span(value, value.indexOf(argument), argument.length)

export const beginsWith = compare((value, argument) => value.startsWith(argument), found)

export const contains = compare((value, argument) => value.includes(argument), found)

export const containsWord = compare(
  (value, argument) => wordAt(value, argument) !== -1,
  (value, argument) => span(value, wordAt(value, argument), argument.length),
)

export const endsWith = compare(
  (value, argument) => value.endsWith(argument),
  (value, argument) => span(value, value.length - argument.length, argument.length),
)

export const streq = compare((value, argument) => value === argument, found)

/** The value is part of the argument. An empty value always is. */
export const within = compare(
  (value, argument) => argument.includes(value),
  (value) => span(value, 0, value.length),
)

function wordAt(value: string, word: string): number {
  for (let at = value.indexOf(word); at !== -1; at = value.indexOf(word, at + 1)) {
    if (!isWordCode(value.charCodeAt(at - 1)) && !isWordCode(value.charCodeAt(at + word.length))) {
      return at
    }
    if (word === '') return -1
  }
  return -1
}

/** Letter, digit or underscore; NaN, outside the string, is none. */
function isWordCode(code: number): boolean {
  const letter = code | 32
  return (letter >= 97 && letter <= 122) || (code >= 48 && code <= 57) || code === 95
}
