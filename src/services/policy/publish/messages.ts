/** What goes between the office and its compile thread. Documents go as JSON: a text crosses in a tenth of the time that its objects take. */
import type { Facts } from '#base/fault.ts'
import type { Answers, Question } from './workbench.ts'

type Textual = Extract<
  Question,
  { readonly kind: 'check' | 'read' | 'compare' | 'diff' | 'rebase' }
>

export type ThreadQuestion = {
  readonly id: number
  readonly question: Exclude<Question, Textual> | { readonly text: string }
}

export type ThreadAnswer =
  | { readonly id: number; readonly answer: Answers[Question['kind']] }
  | { readonly id: number; readonly text: string }
  | {
      readonly id: number
      readonly fault: { readonly code: string; readonly message: string; readonly facts: Facts }
    }

export function packedQuestion(id: number, question: Question): ThreadQuestion {
  return isTextual(question)
    ? { id, question: { text: JSON.stringify(question) } }
    : { id, question }
}

export function unpackedQuestion({ question }: ThreadQuestion): Question {
  return 'text' in question ? (JSON.parse(question.text) as Textual) : question
}

export function packedAnswer(
  id: number,
  question: Question,
  answer: Answers[Question['kind']],
): ThreadAnswer {
  // Files are bytes.
  const has_files = typeof answer === 'object' && 'files' in answer && answer.files !== undefined
  return isTextual(question) && !has_files ? { id, text: JSON.stringify(answer) } : { id, answer }
}

function isTextual(question: Question): question is Textual {
  switch (question.kind) {
    case 'check':
    case 'read':
    case 'compare':
    case 'diff':
    case 'rebase':
      return true
    default:
      return false
  }
}
