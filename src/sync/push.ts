import { keyText, type ResourceKey } from '../fhir/resource.ts'
import type { OutboxRow } from '../commands/ports/outbox.ts'
import type { SyncLink } from '../commands/ports/links.ts'
import { isPeerClosed, type PeerFailure } from './fhir-server-client.ts'
import type { PullDeps, RoundDeps } from './apply-page.ts'
import { createOnPeer, waitsForCase, type CreateOutcome } from './push-create.ts'
import { keyOfRow, planPush, type PushPlan } from './push-plan.ts'
import { updateOnPeer } from './push-update.ts'
import { saveLinks } from './save-links.ts'
import { isSupportingOnly } from './peer-settings.ts'
import { referencedKeys } from './translate.ts'

export interface PushOutcome {
  readonly done: readonly number[]
  /** Given up, with the reason an operator sees. */
  readonly buried: readonly { readonly seq: number; readonly reason: string }[]
  readonly written: number
  readonly failure?: PeerFailure
}

/**
 * Sends the outbox rows of one patient in their order. What isn't on the peer goes out with everything that it refers
 * to; what is there already goes out as an update. Stops at the first sign that the peer is away: the rows not done
 * stay, in order.
 */
export async function pushRows(deps: RoundDeps, rows: readonly OutboxRow[]): Promise<PushOutcome> {
  // A later row of the same resource supersedes an earlier one: what goes out is what stands now.
  const latest = new Map(rows.map(row => [keyText(keyOfRow(row)), row.seq]))
  const current = rows.filter(row => latest.get(keyText(keyOfRow(row))) === row.seq)
  const plan = await planPush(deps, current)
  const done: number[] = rows.filter(row => !current.includes(row)).map(row => row.seq)
  const buried: { readonly seq: number; readonly reason: string }[] = []
  let written = 0
  for (const row of current) {
    const outcome = await pushRow(deps, plan, row)
    await saveLinks(deps, outcome.links)
    written += outcome.written
    if (outcome.failure) return { done, buried, written, failure: outcome.failure }
    if (outcome.refused === undefined) done.push(row.seq)
    else buried.push({ seq: row.seq, reason: outcome.refused })
  }
  return { done, buried, written }
}

interface RowOutcome {
  readonly links: readonly SyncLink[]
  readonly written: number
  readonly refused?: string
  readonly failure?: PeerFailure
}

const nothing: RowOutcome = { links: [], written: 0 }

async function pushRow(deps: RoundDeps, plan: PushPlan, row: OutboxRow): Promise<RowOutcome> {
  const key = keyOfRow(row)
  const link = plan.links.get(keyText(key))
  const here = plan.resources.has(keyText(key))
  if (!here) return link ? removeOnPeer(deps, link) : nothing
  if (!link && waitsForCase(deps, key)) return nothing
  const created = link ? await createNamed(deps, plan, key) : await create(deps, plan, row, key)
  if (created.failure || created.refused !== undefined) return created
  const updated = await updateOnPeer(deps, plan, key)
  const links = [...created.links, ...('link' in updated && updated.link ? [updated.link] : [])]
  const written = created.written + (updated.kind === 'written' ? 1 : 0)
  if (updated.kind === 'away') return { links, written, failure: updated.failure }
  if (updated.kind === 'refused') return { links, written, refused: updated.reason }
  return { links, written }
}

/** Rows that follow and aren't on the peer either go along: one transaction for what one message made. */
async function create(
  deps: RoundDeps,
  plan: PushPlan,
  row: OutboxRow,
  key: ResourceKey,
): Promise<RowOutcome> {
  const following = plan.rows.slice(plan.rows.indexOf(row)).map(keyOfRow)
  const upToUpdate = following.findIndex(other => plan.links.has(keyText(other)))
  const wanted = (upToUpdate < 0 ? following : following.slice(0, upToUpdate)).filter(
    other => !waitsForCase(deps, other),
  )
  const outcome = await createOnPeer(deps, plan, wanted)
  const refused = outcome.refused.get(keyText(key))
  return { ...rowOutcome(outcome), ...(refused !== undefined && { refused }) }
}

const rowOutcome = ({ links, away }: CreateOutcome): RowOutcome => ({
  ...{ links, written: links.length },
  ...(away && { failure: away }),
})

/** A stay or a patient that a resource there names by now, and that isn't on the peer, goes along with its change. */
async function createNamed(deps: RoundDeps, plan: PushPlan, key: ResourceKey): Promise<RowOutcome> {
  const resource = plan.resources.get(keyText(key))
  const wanted = (resource ? referencedKeys(resource, deps.ownBase) : []).filter(
    other =>
      isSupportingOnly(deps.peer, other.type) &&
      plan.resources.has(keyText(other)) &&
      !plan.links.has(keyText(other)),
  )
  if (wanted.length === 0) return nothing
  return rowOutcome(await createOnPeer(deps, plan, wanted))
}

async function removeOnPeer(deps: PullDeps, link: SyncLink): Promise<RowOutcome> {
  const answer = await deps.client.remove(link.type, link.remoteId)
  if (answer.ok || answer.failure.kind === 'gone') return { links: [], written: answer.ok ? 1 : 0 }
  return isPeerClosed(answer.failure)
    ? { ...nothing, failure: answer.failure }
    : { ...nothing, refused: answer.failure.reason }
}
