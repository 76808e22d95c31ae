import type { Resource } from '../../fhir/resource.ts'
import { sameResource } from '../../fhir/same-resource.ts'
import { diedInStay, withDeath } from './death-in-stay.ts'
import { derivePatient, deriveVisit } from './derive.ts'
import type { Derived } from './derived.ts'
import type { Fact, VisitFactBody } from './fact.ts'
import { messageUri, readStamp } from './message-uri.ts'
import { scopeIn, visitIds, visitIn, type SaidOfPatient } from './patient-stays.ts'
import { registerOf, TOLD } from './registers.ts'
import type { SourceSettings } from './source.ts'

/** Something that messages said, without which a resource would be another. */
export interface Cause {
  /** `SEG-field` or `SEG`; the event for what a movement or cancel as such did. */
  readonly said: string
  /** Trigger event, for a movement or a cancel. */
  readonly event?: string
  /** `meta.source` of the message. */
  readonly message: string
  readonly source: string
  readonly controlId: string
  /** When its source recorded it. */
  readonly recorded: string
  /** Elements that would be another: top level, or the one that was asked for. */
  readonly elements: readonly string[]
}

/**
 * What messages said that a resource, or one element of it, rests on. Asked of the computation itself: each word and fact
 * is left out in turn, and what then comes out otherwise rests on it; then all of a message at once, for what it says
 * twice. Empty for what no message told.
 */
export function causesOf(
  { resourceType, id }: Pick<Resource, 'resourceType' | 'id'>,
  state: SaidOfPatient,
  { settings, path }: { readonly settings: SourceSettings; readonly path?: string },
): readonly Cause[] {
  const isIt = (one: Derived): boolean => one.resourceType === resourceType && one.id === id
  const visit = visitIds(state).find(visitId => deriveVisit(visitIn(state, visitId).visit).some(isIt))
  const find = visit === undefined ? ofPatient(isIt) : ofVisit(isIt, visit)
  const whole = find(state)
  if (!whole) return []
  const pieces = piecesOf(state, visit)
  const single = pieces.flatMap(piece => {
    const elements = changed(whole, find(leaving(state, [piece])), path)
    return elements.length > 0 ? [{ piece, elements }] : []
  })
  const twice = messagesIn(pieces).flatMap(said =>
    saidTwice(said, single, { whole, state, find, ...(path !== undefined && { path }) }),
  )
  return [...single, ...twice]
    .map(({ piece, elements }) => ({ ...named(piece, settings), elements }))
    .toSorted((a, b) => (a.recorded < b.recorded ? -1 : a.recorded > b.recorded ? 1 : 0))
}

type Find = (state: SaidOfPatient) => Derived | undefined

const ofVisit =
  (isIt: (one: Derived) => boolean, visit: string): Find =>
  state =>
    deriveVisit(visitIn(state, visit).visit).find(isIt)

/** A death may follow from a visit, all else of a patient doesn't. */
const ofPatient =
  (isIt: (one: Derived) => boolean): Find =>
  state => {
    const found = derivePatient(scopeIn(state, '')).find(isIt)
    if (found?.resourceType !== 'Patient') return found
    return withDeath(found, diedInStay(visitIds(state).map(visit => visitIn(state, visit).stay)))
  }

/** One thing that one message said: a word of a register (a segment of a list is one word), or a fact. */
interface Piece {
  readonly source: string
  readonly stamp: string
  readonly scope: string
  /** `PID-5`, or `NK1/<key>`; undefined for a fact. */
  readonly field?: string
  readonly fact?: Fact
}

function piecesOf({ said, facts }: SaidOfPatient, visit: string | undefined): readonly Piece[] {
  const scope = visit ?? ''
  const words = Object.entries(registerOf(said.get(scope))).flatMap(([source, stamps]) =>
    Object.entries(stamps).flatMap(([stamp, fields]) =>
      Object.keys(fields).flatMap(field => (field.startsWith(TOLD) ? [] : { source, stamp, scope, field })),
    ),
  )
  const told = facts
    .filter(fact => visit === undefined || fact.scope === visit)
    .map(fact => ({ source: fact.source, stamp: stampIn(fact), scope: fact.scope, fact }))
  return [...words, ...told]
}

const stampIn = ({ body }: Fact): string => (body as VisitFactBody).stamp

const messagesIn = (pieces: readonly Piece[]): readonly (readonly Piece[])[] =>
  [...Map.groupBy(pieces, ({ source, stamp }) => `${source}\n${stamp}`).values()].filter(
    said => said.length > 1,
  )

/** All that was said but these. */
function leaving(state: SaidOfPatient, pieces: readonly Piece[]): SaidOfPatient {
  const said = new Map(state.said)
  const facts = new Set(state.facts)
  for (const { scope, source, stamp, field, fact } of pieces) {
    if (fact) facts.delete(fact)
    if (field === undefined) continue
    const register = registerOf(said.get(scope))
    const { [field]: _gone, ...fields } = register[source]?.[stamp] ?? {}
    said.set(scope, { ...register, [source]: { ...register[source], [stamp]: fields } })
  }
  return { ...state, said, facts: [...facts] }
}

interface Resting {
  readonly piece: Piece
  readonly elements: readonly string[]
}

interface Looked {
  readonly whole: Derived
  readonly state: SaidOfPatient
  readonly find: Find
  readonly path?: string
}

/** An A03 and its PV1-45 each end a visit without the other: what rests on either is found when both are left out. */
function saidTwice(
  said: readonly Piece[],
  single: readonly Resting[],
  { whole, state, find, path }: Looked,
): readonly Resting[] {
  const known = new Set(single.flatMap(({ piece, elements }) => (said.includes(piece) ? elements : [])))
  const gone = changed(whole, find(leaving(state, said)), path).filter(element => !known.has(element))
  if (gone.length === 0) return []
  return said.flatMap(piece => {
    const alone = find(
      leaving(
        state,
        said.filter(other => other !== piece),
      ),
    )
    const elements = gone.filter(element => same(valueAt(whole, element), valueAt(alone, element)))
    return elements.length > 0 ? [{ piece, elements }] : []
  })
}

function named({ source, stamp, field, fact }: Piece, settings: SourceSettings): Omit<Cause, 'elements'> {
  const { controlId, hash, recorded } = readStamp(stamp, source)
  const event = fact && (fact.body as VisitFactBody).event
  return {
    ...{ said: field?.split('/')[0] ?? event ?? '', source, controlId, recorded },
    ...(event !== undefined && { event }),
    message: messageUri({ source, controlId, hash }, settings),
  }
}

/** Top-level elements that differ, or the path when what stands there differs. */
function changed(whole: Derived, left: Derived | undefined, path: string | undefined): readonly string[] {
  if (path !== undefined) return same(valueAt(whole, path), valueAt(left, path)) ? [] : [path]
  const names = new Set([...Object.keys(whole), ...Object.keys(left ?? {})])
  return [...names].filter(name => !same(whole[name], left?.[name])).toSorted()
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
