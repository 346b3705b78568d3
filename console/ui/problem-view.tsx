import { problemText } from '../api.ts'
import { words } from '../words.ts'
import { Button } from './button.tsx'
import { CopyButton } from './copy-button.tsx'
import { Icon } from './icon.tsx'

type Props = { readonly error: unknown; readonly onRetry?: () => void }

/** What failed, why, the id to quote, and a way on. */
export function ProblemView({ error, onRetry }: Props) {
  const { title, detail, request_id, code } = problemText(error)
  return (
    <div
      role="alert"
      className="panel flex max-w-3xl flex-col items-start gap-3 border-blocked/40 p-4"
    >
      <div className="flex items-start gap-2">
        <span className="mt-0.5 text-blocked">
          <Icon name="warning" size={18} />
        </span>
        <div>
          <p className="font-semibold">{title}</p>
          {detail && <p className="text-ink-2">{detail}</p>}
          <p className="label mt-1 font-mono">
            {code}
            {request_id && ` · ${words.problem.request_id} ${request_id}`}
          </p>
        </div>
      </div>
      <div className="flex flex-wrap gap-2">
        {onRetry && <Button onClick={onRetry}>{words.retry}</Button>}
        {request_id && <CopyButton look="quiet" text={request_id} label={words.attack.copy_id} />}
      </div>
    </div>
  )
}
