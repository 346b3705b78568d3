import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { settingsWords as text } from '../../words/settings.ts'

type Props = {
  readonly title: string
  readonly lead?: string
  readonly secret: string
  readonly copy_label: string
  readonly onClose: () => void
}

/** A secret that is told once; it is gone with this dialog. */
export function SecretOnce({ title, lead, secret, copy_label, onClose }: Props) {
  return (
    <Dialog title={title} onClose={onClose}>
      <div className="flex flex-col gap-3 p-4">
        {lead && <p>{lead}</p>}
        <div className="flex flex-wrap items-center gap-2 rounded-md border border-line bg-sunken py-1.5 pr-1.5 pl-3">
          <code className="evidence min-w-0 grow basis-48">{secret}</code>
          <CopyButton text={secret} label={copy_label} />
        </div>
        <p className="label">{text.shown_once}</p>
        <Button look="primary" className="self-end" onClick={onClose}>
          {text.done}
        </Button>
      </div>
    </Dialog>
  )
}
