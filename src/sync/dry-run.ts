import { keyText } from '../fhir/resource.ts'
import { changedElements } from './element-merge.ts'
import { areLabelsNew, baseOf } from './link-base.ts'
import { outboundTypes, targetOf } from './peer-settings.ts'
import { distinct, keyOfRow, planPush, type PeerDeps } from './push-plan.ts'
import { waitsForCase } from './push-create.ts'

/** One write that a push would make: names of elements, never their values. */
export interface PlannedWrite {
  readonly key: string
  readonly action: 'create' | 'update' | 'delete'
  readonly elements: readonly string[]
}

const ROWS_MAX = 1000
const LANES = Array.from({ length: 64 }, (_none, lane) => lane)

/** What the waiting outbox rows (the first thousand) would write on a peer. */
export async function dryRun(deps: PeerDeps): Promise<readonly PlannedWrite[]> {
  const rows = await deps.store.outbox.read(targetOf(deps.peer), LANES, ROWS_MAX)
  const plan = await planPush(deps, rows)
  const outbound = outboundTypes(deps.peer)
  return distinct(rows.map(keyOfRow)).flatMap((key): readonly PlannedWrite[] => {
    const text = keyText(key)
    const resource = plan.resources.get(text)
    const link = plan.links.get(text)
    if (!resource) return link ? [{ key: text, action: 'delete', elements: [] }] : []
    if (!link) {
      const goes = outbound.has(key.type) && !waitsForCase(deps, key)
      return goes ? [{ key: text, action: 'create', elements: Object.keys(resource) }] : []
    }
    const base = baseOf(link)
    const labels = areLabelsNew(base, resource) ? ['meta'] : []
    const elements = [...changedElements(base.local, resource), ...labels]
    return elements.length > 0 ? [{ key: text, action: 'update', elements }] : []
  })
}
