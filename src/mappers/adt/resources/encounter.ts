import type {
  Coding,
  Encounter,
  EncounterParticipant,
  Extension,
  Period,
  Reference,
} from '@medplum/fhirtypes'
import { localSystem, mapCode, mappedCoding } from '../codes.ts'
import { dispositionConcept, endsVisit } from '../visits/dispositions.ts'
import { derived, type Derived } from './derived.ts'
import { element } from './element.ts'
import type { Moment } from '../events/fact.ts'
import { readFieldText } from '../registers/field-text.ts'
import { locationsOf } from './encounter-locations.ts'
import { participantsOf, referencesIn } from './encounter-people.ts'
import { visitState, type Expected, type VisitState, type VisitWords } from '../visits/ledger.ts'
import { movementWards } from '../visits/movement-wards.ts'
import { momentOf, namesFacility, type MapContext } from '../map-context.ts'
import { pv1Encounter } from '../maps/pv1-encounter.ts'
import { pv2Encounter } from '../maps/pv2-encounter.ts'
import { messageUri, readStamp } from '../events/message-uri.ts'
import type { VisitFact } from '../visits/movements.ts'
import { accountIdOf } from '../events/patient-name.ts'
import { participants } from '../lists/roles.ts'
import { drgLabels, restrictions, stayExtensions } from '../lists/stay-details.ts'
import type { Named } from '../visits/people-timeline.ts'
import { wordOf, type Said } from '../registers/registers.ts'
import type { Span } from '../visits/spans.ts'
import { applyRows } from '../rows.ts'
import type { Scope } from '../registers/scope.ts'
import { PART_2, distinctLabels, veryImportant } from './security-labels.ts'
import { cxToIdentifier } from '../types/cx-identifier.ts'
import { facilityId } from '../types/xon-organization.ts'
import { tellingsOf, type TimedValue } from '../registers/tellings.ts'
import type { Word } from '../registers/updates-after.ts'
import { winnerSegment } from '../registers/winner-segment.ts'
import { tagsOf } from './tags.ts'

/** A visit with everything that was said about it, and what follows. */
export interface Visit extends Scope {
  readonly visitId: string
  /** By stamp. */
  readonly facts: readonly VisitFact[]
  readonly state: VisitState
  /** Context of whoever spoke last, for what has no field of its own. */
  readonly context: MapContext
}

/** Computes a visit from its facts and its register. */
export function visitOf(visitId: string, scope: Scope, anyOrder: readonly VisitFact[]): Visit {
  const { winning, contexts } = scope
  const facts = anyOrder.toSorted(byStamp)
  const context = contexts(lastSpeaker(winning, facts))
  const { settings } = context
  const rules = {
    a04: settings.a04,
    classCode: (code: string) => mapCode('PatientClass', code, settings)?.code,
    endsVisit: (code: string | undefined) => endsVisit(code, settings),
    personKey: (named: Named) => referencesIn(7, named, contexts).join(' '),
  }
  const state = visitState(facts, wordsOf(scope), rules)
  return { ...scope, visitId, facts, state, context }
}

/** The source of the latest word or fact. */
function lastSpeaker(winning: ReadonlyMap<string, Said>, facts: readonly VisitFact[]): string {
  let last: Pick<Said, 'source' | 'stamp'> | undefined
  for (const said of winning.values()) if (!last || last.stamp < said.stamp) last = said
  for (const said of facts) if (!last || last.stamp < said.stamp) last = said
  return last?.source ?? '|'
}

const byStamp = (a: { readonly stamp: string }, b: { readonly stamp: string }): number =>
  a.stamp < b.stamp ? -1 : a.stamp > b.stamp ? 1 : 0

function wordsOf({ register, winning, contexts }: Scope): VisitWords {
  const originOf = originsFor(contexts)
  const time = (field: string): Moment | undefined => {
    const said = winning.get(field)
    return momentOf(firstComponent(wordOf(said)), contexts(said?.source ?? '|'), field)
  }
  const codeWord = (field: string): Word<string> | undefined => {
    const said = winning.get(field)
    const code = firstComponent(wordOf(said))
    return said && code !== undefined ? word(said, code, originOf(said)) : undefined
  }
  const timed = <T>(
    said: Word<T> | undefined,
    field: TimedValue,
    read: (text: string) => T | undefined,
  ): Word<T> | undefined => {
    if (!said) return undefined
    const tellings: { value: T; recorded: Moment }[] = []
    for (const { text, recorded } of tellingsOf(register, said.source, field)) {
      const value = read(text)
      if (value !== undefined) tellings.push({ value, recorded: { instant: recorded, text: recorded } })
    }
    return { ...said, tellings }
  }
  const textWord = (field: string): Word<string> | undefined => {
    const said = winning.get(field)
    return said && word(said, said.text, originOf(said))
  }
  const timeWord = (field: string): Word<Moment> | undefined => {
    const [said, value] = [winning.get(field), time(field)]
    return said && value && word(said, value, originOf(said))
  }
  return {
    admitted: timeWord('PV1-44'),
    discharged: timeWord('PV1-45'),
    disposition: codeWord('PV1-36'),
    class: timed(codeWord('PV1-2'), 'PV1-2', text => firstComponent(text)),
    place: wordOf(winning.get('PV1-3')),
    attending: timed(textWord('PV1-7'), 'PV1-7', text => text),
    consulting: timed(textWord('PV1-9'), 'PV1-9', text => text),
    expectedStart: textWord('PV2-8'),
    expectedEnd: textWord('PV2-9'),
  }
}

const firstComponent = (text: string | undefined): string | undefined =>
  (text === undefined ? undefined : readFieldText(text)?.text(1)) ?? undefined

const word = <T>({ stamp, source }: Said, value: T, { message, recorded }: Origin): Word<T> => ({
  value,
  stamp,
  source,
  message,
  recorded,
})

/** Where a word comes from: URI and time of its message. */
type Origin = Pick<Word<unknown>, 'message' | 'recorded'>

/** Most words on a visit are of the same message. */
function originsFor(contexts: Scope['contexts']): (said: Said) => Origin {
  let last: (Origin & Pick<Said, 'stamp' | 'source'>) | undefined
  return ({ stamp, source }) => {
    if (last?.stamp === stamp && last.source === source) return last
    const { recorded, ...name } = readStamp(stamp, source)
    const message = messageUri(name, contexts(source).settings)
    last = { stamp, source, message, recorded: { instant: recorded, text: recorded } }
    return last
  }
}

/** The Encounter of a visit: what the ledger computes, then what PV1 and PV2 say of it, field by field the last word. */
export function encounterOf(visit: Visit, diagnosis: Encounter['diagnosis']): Derived {
  const { state, context, contexts, winning } = visit
  const pv1 = winnerSegment('PV1', winning, contexts, PEOPLE)
  const pv2 = winnerSegment('PV2', winning, contexts, plansIn(state))
  const said = applyRows(pv1Encounter, pv1.segment, pv1.by) as Partial<Encounter>
  const more = applyRows(pv2Encounter, pv2.segment, pv2.by) as Partial<Encounter>
  const participant = [
    ...participants(visit),
    ...participantsOf(7, state.attending, contexts),
    ...participantsOf(9, state.consulting, contexts),
    ...(said.participant ?? []),
    ...(more.participant ?? []),
  ]
  return derived<Encounter>({
    resourceType: 'Encounter',
    id: visit.visitId,
    meta: element({ security: labelsOf(visit, more), tag: tagsOf(state.flags, winning, context) }),
    extension: listed([
      ...(more.extension ?? []),
      ...stayExtensions(visit),
      ...expectedReturn(visit),
      ...movementWards(visit),
    ]),
    identifier: identifiersOf(visit, said.identifier),
    status: state.status,
    statusHistory: listed(
      state.statusHistory.map(span => ({ status: span.value, period: periodOf(span) as Period })),
    ),
    class: classCoding(state.class, context),
    classHistory: listed(
      state.classHistory.map(span => ({
        class: classCoding(span.value, context),
        period: periodOf(span) as Period,
      })),
    ),
    type: said.type,
    serviceType: said.serviceType,
    priority: more.priority,
    subject: visit.subject,
    participant: listed(distinctParticipants(participant)),
    period: element<Period>({ start: state.start?.text, end: state.end?.text }),
    length: more.length,
    reasonCode: more.reasonCode,
    diagnosis,
    account: accountOf(visit),
    hospitalization: hospitalizationOf(visit, said.hospitalization),
    location: listed(locationsOf(visit)),
    serviceProvider: said.serviceProvider ?? sender(context),
  })
}

/** Whom the ledger places in time. */
const PEOPLE: ReadonlyMap<string, undefined> = new Map([
  ['PV1-7', undefined],
  ['PV1-9', undefined],
])

/** The plans that hold (PV2-8, PV2-9), whoever told them. */
const plansIn = ({ expectedStart, expectedEnd }: VisitState): ReadonlyMap<string, Expected | undefined> =>
  new Map([
    ['PV2-8', expectedStart],
    ['PV2-9', expectedEnd],
  ])

/** PV2-47 while the patient is on leave; R4 has no element for it. */
function expectedReturn({ state, contexts, context }: Visit): readonly Extension[] {
  const said = state.expectedReturn
  const at = said && momentOf(firstComponent(said.text), contexts(said.source), 'PV2-47')
  const url = `${context.settings.canonicalBase}/StructureDefinition/expected-return`
  return at ? [{ url, valueDateTime: at.text }] : []
}

const listed = <T>(items: readonly T[]): T[] | undefined => (items.length > 0 ? [...items] : undefined)

const periodOf = ({ start, end }: Span<unknown>): Period | undefined =>
  element<Period>({ start: start?.text, end: end?.text })

function sender(context: MapContext): Encounter['serviceProvider'] {
  if (!namesFacility(context.source)) return undefined
  return { reference: `Organization/${facilityId(context.facility, context)}`, display: context.facility }
}

/** PV2-22 and PV1-16, restrictions (ARV) on the visit, and DRG-10. */
function labelsOf(visit: Visit, { meta }: Partial<Encounter>): Coding[] | undefined {
  const vip = wordOf(visit.winning.get('PV1-16'))
  const important = vip === undefined ? undefined : veryImportant(readFieldText(vip)?.text(1) ?? undefined)
  return listed(
    distinctLabels([
      ...(meta?.security ?? []),
      ...(important ? [important] : []),
      ...restrictions(visit),
      ...drgLabels(visit),
      ...(wasInRestrictedUnit(visit) ? PART_2 : []),
    ]),
  )
}

function wasInRestrictedUnit({ state, winning, contexts }: Visit): boolean {
  const now = winning.get('PV1-3')
  const places = [
    ...state.movements.live.map(({ last }) => ({ source: last.source, text: last.place })),
    ...(now ? [{ source: now.source, text: wordOf(now) }] : []),
  ]
  return places.some(({ source, text }) => {
    const { restrictedUnits } = contexts(source).settings
    if (restrictedUnits.length === 0 || text === undefined) return false
    const unit = readFieldText(text)?.text(1)?.toUpperCase()
    return restrictedUnits.some(one => one.toUpperCase() === unit)
  })
}

/** PID-18 names the account of the visit. */
function accountOf(visit: Visit): Encounter['account'] {
  const said = accountNumberOf(visit)
  const of = { id: visit.patientId, shard: visit.shard }
  return said && [{ reference: `Account/${accountIdOf(of, said.identifier, said.context)}` }]
}

/** The number of the visit's account, by the last word on it. */
export function accountNumberOf({ winning, contexts }: Pick<Visit, 'winning' | 'contexts'>) {
  const said = winning.get('PID-18')
  const cx = readFieldText(wordOf(said) ?? '')
  if (!said || !cx) return undefined
  const context = contexts(said.source)
  const identifier = cxToIdentifier(cx, context, 'PID-18', 'AN')
  return identifier && { identifier, context }
}

/** PV1-19 and PV1-50; the account number (PID-18) only where it had to stand in for them. */
function identifiersOf({ winning, contexts }: Visit, said: Encounter['identifier']): Encounter['identifier'] {
  if (said) return said
  const account = winning.get('PID-18')
  const cx = readFieldText(wordOf(account) ?? '')
  const identifier = account && cx && cxToIdentifier(cx, contexts(account.source), 'PID-18', 'AN')
  return identifier && [identifier]
}

/** PV1-2 as Encounter.class; FHIR demands one, so that a visit of which nobody said it has a null flavour (adt.md 3.3). */
function classCoding(code: string | undefined, context: MapContext): Coding {
  if (code === undefined) {
    return { system: 'http://terminology.hl7.org/CodeSystem/v3-NullFlavor', code: 'UNK', display: 'unknown' }
  }
  const mapped = mapCode('PatientClass', code, context.settings)
  if (mapped) return mappedCoding(mapped)
  context.report({ code: 'code-unmapped', expression: 'PV1-2' })
  return { system: localSystem('0004', context), code: code.replaceAll(/\s+/g, ' ') }
}

/** One entry a person and role, of two the one that says more (ROL, PRT); a person in two roles is two entries, as sent. */
function distinctParticipants(all: readonly EncounterParticipant[]): EncounterParticipant[] {
  const seen = new Set<string>()
  return all.filter(participant => {
    if (!participant.individual) return false
    const { reference, display } = participant.individual
    const role = participant.type?.[0]?.coding?.[0]?.code
    const key = `${display ?? reference} ${role} ${participant.period?.end}`
    return !seen.has(key) && seen.add(key)
  })
}

/**
 * Disposition and destination only of a discharge that holds, even where a sender goes on sending them; the destination
 * also of one that is pending (A16).
 */
function hospitalizationOf(
  { state, winning, contexts }: Visit,
  said: Encounter['hospitalization'],
): Encounter['hospitalization'] {
  const isOver = state.status === 'finished'
  const destination = destinationOf(isOver ? wordOf(winning.get('PV1-37')) : state.plannedDestination)
  const disposition =
    state.disposition === undefined
      ? undefined
      : dispositionConcept(state.disposition, contexts(winning.get('PV1-36')?.source ?? '|'))
  return element({ ...said, destination, dischargeDisposition: disposition })
}

/** DLD: where to, as the sender's table 0113 or free text says; no place that we could share. */
function destinationOf(text: string | undefined): Reference<never> | undefined {
  const dld = text === undefined ? undefined : readFieldText(text)
  const display = dld && (dld.text(1, 2) ?? dld.text(1))
  return display ? { display } : undefined
}
