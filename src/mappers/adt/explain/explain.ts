import type { Resource } from '../../../fhir/resource.ts'
import { sameResource } from '../../../fhir/same-resource.ts'
import { diedInStay, withDeath } from '../visits/death-in-stay.ts'
import { derivePatient, deriveVisit } from '../resources/derive.ts'
import type { Derived } from '../resources/derived.ts'
import { explainedInCluster, type ClusterAsked } from './explain-cluster.ts'
import { leaving, messagesIn, piecesOf, saidBy, type Explained, type Piece } from './explain-pieces.ts'
import { shardOfPatient } from '../identity/derive-cluster.ts'
import { isIdentityFact } from '../identity/identity-fact.ts'
import { contextOf, type MapContext } from '../map-context.ts'
import { messageUri, readStamp } from '../events/message-uri.ts'
import { scopeIn, visitIds, visitIn, type SaidOfPatient } from '../visits/patient-stays.ts'
import type { SourceSettings } from '../source.ts'

/** Something that was said, without which a resource would be another. */
export interface Cause {
  /** `SEG-field` or `SEG`; the event for what a movement or cancel as such did; of a request the parameter. */
  readonly said: string
  /** Trigger event of a movement, a cancel or a statement of who is who; or the operation. */
  readonly event?: string
  /** `meta.source` of the message or request. */
  readonly message: string
  /** When its source recorded it; absent for what holds since there are numbers. */
  readonly recorded?: string
  /** Elements that would be another: top level, or the one that was asked for. */
  readonly elements: readonly string[]
}

/**
 * What was said that a resource, or one element of it, rests on. Asked of the computation itself: each word, fact and
 * statement of who is who is left out in turn, and what then comes out otherwise rests on it; of all that one message says
 * too, for what it says twice. Empty for what no message told.
 */
export function causesOf(
  resource: Resource,
  asked: Omit<ClusterAsked, 'contexts'> & { readonly path?: string },
): readonly Cause[] {
  const { settings, told, path } = asked
  const contexts = contextsOf(settings)
  const isTied = [...told.values()].some(({ facts }) => facts.some(isIdentityFact))
  const explained = (isTied ? explainedInCluster : explainedAlone)(resource, { ...asked, contexts })
  const isPut = (element: string): boolean =>
    explained.laid.some(({ puts }) =>
      same(valueAt(puts as Resource, element) ?? NONE, valueAt(resource, element)),
    )
  const computed = resting(explained, path).map(({ piece, elements }) => ({
    ...{ piece, said: saidOf(piece) },
    elements: elements.filter(element => !isPut(element)),
  }))
  const laid = explained.laid.map(({ piece, said, left }) => ({
    ...{ piece, said },
    elements: changed(resource, left, path).filter(element => element !== 'meta'),
  }))
  return [...computed, ...laid]
    .filter(({ elements }) => elements.length > 0)
    .map(({ piece, said, elements }) => ({ said, ...messageOf(piece, settings), elements }))
    .toSorted((a, b) => order(a.recorded ?? '', b.recorded ?? ''))
}

const NONE = {}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

function contextsOf(settings: SourceSettings): (source: string) => MapContext {
  const known = new Map<string, MapContext>()
  return source => {
    const context = known.get(source) ?? contextOf(source, settings, () => undefined)
    known.set(source, context)
    return context
  }
}

/** Of a patient whom nothing ties to another: the visit alone, where it is of one. */
function explainedAlone(
  { resourceType, id }: Resource,
  { patient, told, settings, contexts }: ClusterAsked,
): Explained {
  const isIt = (one: Derived): boolean => one.resourceType === resourceType && one.id === id
  const person = { patientId: patient, shard: shardOfPatient(settings.tenant, patient), contexts }
  const own = told.get(patient) ?? { said: new Map(), facts: [] }
  const stateOf = (all: typeof told): SaidOfPatient => ({ person, ...(all.get(patient) ?? own) })
  const state = stateOf(told)
  const visit = visitIds(state).find(visitId => deriveVisit(visitIn(state, visitId).visit).some(isIt))
  const find = (all: typeof told): Derived | undefined =>
    visit === undefined
      ? ofPatient(stateOf(all), isIt)
      : deriveVisit(visitIn(stateOf(all), visit).visit).find(isIt)
  const of = new Map([[patient, own]])
  const whole = find(of)
  const wanted = {
    words: (scope: string) => scope === (visit ?? ''),
    facts: (scope: string) => visit === undefined || scope === visit,
  }
  return { whole, told: of, find, pieces: whole ? piecesOf(of, wanted) : [], laid: [] }
}

/** A death may follow from a visit, all else of a patient doesn't. */
function ofPatient(state: SaidOfPatient, isIt: (one: Derived) => boolean): Derived | undefined {
  const found = derivePatient(scopeIn(state, '')).find(isIt)
  if (found?.resourceType !== 'Patient') return found
  return withDeath(found, diedInStay(visitIds(state).map(visit => visitIn(state, visit).stay)))
}

interface Resting {
  readonly piece: Piece
  readonly elements: readonly string[]
}

/** Only of a message without which the whole is another each piece is tried. */
function resting(explained: Explained, path: string | undefined): readonly Resting[] {
  const { whole, told, pieces, find } = explained
  return messagesIn(pieces).flatMap(said => {
    const gone = changed(whole, find(leaving(told, said)), path)
    if (gone.length === 0) return []
    if (said.length === 1) return said.map(piece => ({ piece, elements: gone }))
    const single = said.flatMap(piece => {
      const elements = changed(whole, find(leaving(told, [piece])), path)
      return elements.length > 0 ? [{ piece, elements }] : []
    })
    return [...single, ...saidTwice(said, single, { explained, gone })]
  })
}

/** An A03 and its PV1-45 each end a visit without the other: what rests on either is found when both are left out. */
function saidTwice(
  said: readonly Piece[],
  single: readonly Resting[],
  { explained, gone }: { readonly explained: Explained; readonly gone: readonly string[] },
): readonly Resting[] {
  const { whole, told, find } = explained
  const known = new Set(single.flatMap(({ elements }) => elements))
  const twice = gone.filter(element => !known.has(element))
  if (twice.length === 0) return []
  return said.flatMap(piece => {
    const others = said.filter(other => other !== piece)
    const alone = find(leaving(told, others))
    const elements = twice.filter(element => same(valueAt(whole, element), valueAt(alone, element)))
    return elements.length > 0 ? [{ piece, elements }] : []
  })
}

const saidOf = ({ field, facts: [fact] = [] }: Piece): string =>
  field?.split('/')[0] ?? (fact ? saidBy(fact) : '')

function messageOf(
  { source, stamp, facts: [fact] = [] }: Piece,
  settings: SourceSettings,
): Pick<Cause, 'event' | 'message' | 'recorded'> {
  const { controlId, hash, recorded } = readStamp(stamp.trimStart(), source)
  const told = fact?.body as { readonly event: string; readonly message: string } | undefined
  return {
    ...(told && { event: told.event }),
    message: told?.message ?? messageUri({ source, controlId, hash }, settings),
    ...(stamp !== '' && { recorded }),
  }
}

/** Top-level elements that differ, or the path when what stands there differs. */
function changed(
  whole: Resource | undefined,
  left: Resource | undefined,
  path: string | undefined,
): readonly string[] {
  if (path !== undefined) return same(valueAt(whole, path), valueAt(left, path)) ? [] : [path]
  const names = new Set([...Object.keys(whole ?? {}), ...Object.keys(left ?? {})])
  return [...names].filter(name => !same(whole?.[name], left?.[name])).toSorted()
}

const same = (a: unknown, b: unknown): boolean =>
  a === b || sameResource({ resourceType: '', value: a }, { resourceType: '', value: b })

/** `period.end`, `name[0].family`: a list without an index is meant whole. */
export function valueAt(resource: Resource | undefined, path: string): unknown {
  let node: unknown = resource
  for (const [, name = '', index] of path.matchAll(/([A-Za-z]\w*)(?:\[(\d+)\])?/g)) {
    if (Array.isArray(node)) node = node.flatMap(item => inside(item, name) ?? [])
    else node = inside(node, name)
    if (index !== undefined) node = Array.isArray(node) ? (node[Number(index)] as unknown) : undefined
  }
  return Array.isArray(node) && node.length === 0 ? undefined : node
}

const inside = (node: unknown, name: string): unknown =>
  typeof node === 'object' && node !== null && Object.hasOwn(node, name)
    ? (node as Readonly<Record<string, unknown>>)[name]
    : undefined
