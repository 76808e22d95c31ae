import { instantOf } from '../lib/clock.ts'
import type { Resource } from '../fhir/resource.ts'
import { applyPage, type PullDeps, type RoundDeps } from './apply-page.ts'
import { leftToPeer } from './left-to-peer.ts'
import { isPeerClosed, type PeerFailure } from './fhir-server-client.ts'
import { withoutKnownPatients } from './same-patient.ts'
import { readPage, type LeftOut } from './told-page.ts'

export interface PullOutcome {
  readonly seen: number
  readonly written: number
  readonly failure?: PeerFailure
  /** Types that the peer doesn't let itself be polled for, with what it said; the others go on. */
  readonly refused?: Readonly<Record<string, string>>
  readonly leftOut: readonly LeftOut[]
}

type TypeOutcome = Omit<PullOutcome, 'refused'>

/** As many as HAPI gives by default at most; every page is applied before the next is asked for. */
const PAGE = 100

/**
 * One round over the types pulled from a peer: everything changed since the watermark less the overlap, on the peer's
 * own clock; what was seen already (same version, or same content) is dropped. The watermark moves when all is durable.
 */
export async function pullRound(deps: RoundDeps): Promise<PullOutcome> {
  const cursors = new Map(
    (await deps.store.links.cursors(deps.peer.name)).map(cursor => [cursor.type, cursor.watermark]),
  )
  let seen = 0
  let written = 0
  const refused: Record<string, string> = {}
  const leftOut: LeftOut[] = []
  for (const type of deps.peer.pull) {
    const { failure, ...outcome } = await pullType(deps, type, cursors.get(type))
    seen += outcome.seen
    written += outcome.written
    leftOut.push(...outcome.leftOut)
    if (!failure) continue
    if (isPeerClosed(failure)) return { seen, written, failure, refused, leftOut }
    refused[type] = failure.reason
  }
  return { seen, written, refused, leftOut }
}

async function pullType(deps: RoundDeps, type: string, watermark: string | undefined): Promise<TypeOutcome> {
  let path: string | undefined = firstPage(deps, type, watermark)
  let greatest = watermark ?? ''
  let seen = 0
  let written = 0
  let isComplete = true
  const read = new Set<string>()
  const leftOut: LeftOut[] = []
  const sofar = (failure?: PeerFailure): TypeOutcome => ({
    seen,
    written,
    leftOut,
    ...(failure && { failure }),
  })
  while (path !== undefined) {
    if (read.has(path)) return sofar(pagesInACircle)
    read.add(path)
    const answer = await deps.client.page(path)
    if (!answer.ok) return sofar(answer.failure)
    const told = await readPage(deps.client, answer.body, type)
    if (!told.ok) return sofar(told.failure)
    const left = await leftToPeer(deps, told.page.resources)
    const given = told.page.resources.filter(resource => !left.has(resource))
    const known = type === 'Patient' ? await withoutKnownPatients(deps, given) : undefined
    if (known?.failure) return sofar(known.failure)
    const resources = known?.taken ?? given
    leftOut.push(...told.page.leftOut)
    for (const resource of told.page.resources) {
      const updated = updatedOf(resource)
      isComplete &&= !left.has(resource)
      if (isComplete && updated > greatest) greatest = updated
    }
    path = told.page.next
    const last = path === undefined && greatest !== '' && greatest !== watermark
    const cursors = last ? [{ peer: deps.peer.name, type, watermark: greatest }] : []
    const applied = await applyPage(deps, resources, cursors)
    if (!applied.ok) return sofar({ kind: 'away', reason: applied.failure.code })
    seen += resources.length
    written += applied.value
  }
  return sofar()
}

const pagesInACircle: PeerFailure = {
  kind: 'refused',
  reason: 'a page of results names one before it as the next',
}

const updatedOf = ({ meta }: Resource): string => {
  const updatedMs = Date.parse(meta?.lastUpdated ?? '')
  return Number.isNaN(updatedMs) ? '' : instantOf(updatedMs)
}

function firstPage(deps: PullDeps, type: string, watermark: string | undefined): string {
  const query = new URLSearchParams({ _sort: '_lastUpdated', _count: String(PAGE) })
  if (watermark !== undefined) {
    query.set('_lastUpdated', `ge${instantOf(Date.parse(watermark) - deps.peer.overlapMs)}`)
  }
  return `${type}?${query.toString()}`
}
