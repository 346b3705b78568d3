import { Empty } from '../../ui/empty.tsx'
import { words } from '../../words.ts'
import { useTestCommands } from '../test-commands.ts'

/** Nothing came through yet: what to send. */
export function FirstRequest() {
  const { honest, attack } = useTestCommands()
  const { empty_title, empty_text } = words.overview
  return <Empty icon="shield" title={empty_title} text={empty_text} commands={[honest, attack]} />
}
