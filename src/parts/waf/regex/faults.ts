import { faults } from '#base/fault.ts'

type At = { readonly at: number }

/** Why a pattern cannot be used. `at` is the offset in the pattern, counted in bytes from 0. */
export const regexFaults = faults('regex', {
  not_regular: (f: At & { construct: string; instead: string }) =>
    `Cannot compile the regular expression at offset ${f.at}: ${f.construct} cannot be matched in linear time; ${f.instead}`,
  unsupported: (f: At & { construct: string }) =>
    `Cannot compile the regular expression at offset ${f.at}: ${f.construct} is not supported`,
  syntax: (f: At & { problem: string }) =>
    `Cannot parse the regular expression at offset ${f.at}: ${f.problem}`,
  out_of_range: (f: At & { problem: string }) =>
    `Cannot parse the regular expression at offset ${f.at}: ${f.problem}`,
  too_large: (f: { steps: number; steps_max: number }) =>
    `Cannot compile the regular expression: its repeats unroll to ${f.steps} steps, the limit is ${f.steps_max}`,
  over_budget: (f: { pattern: string; steps_max: number }) =>
    `Cannot decide whether "${f.pattern}" matches: it took more than ${f.steps_max} steps`,
})
