import type { FieldDraft, Repetition, SegmentDraft } from '../../hl7v2/write-message.ts'
import { at, listAt, textAt } from '../../lib/json-view.ts'
import { fhirCodes } from '../adt/visits/dispositions.ts'
import type { BundleGraph } from './bundle-graph.ts'
import { codeOf, cwe, cweOf, cx, dtmAt, pl, texts, xcn } from './fhir-values.ts'

/** R4 classes that no v2 code stands for, by what a stay of that class is. */
const CLASSES: Readonly<Record<string, string>> = { ACUTE: 'I', NONAC: 'I', SS: 'O' }

/** PV1-2 of an Encounter. */
export function classOf(encounter: unknown): string | undefined {
  if (textAt(encounter, 'class', 'system')?.endsWith('/v3-NullFlavor')) return undefined
  const code = textAt(encounter, 'class', 'code')
  return codeOf('PatientClass', at(encounter, 'class')) ?? (code && (CLASSES[code] ?? code))
}

/** Where an Encounter is, and where it was before: its location that is active or open, and the last that is completed. */
export interface Places {
  readonly current: Repetition | undefined
  readonly prior: Repetition | undefined
  /** Where the patient is to go. */
  readonly pending: Repetition | undefined
  /** When the current one began, DTM. */
  readonly since: string | undefined
}

const PENDING = new Set(['planned', 'reserved'])

export function placesOf(encounter: unknown, graph: BundleGraph): Places {
  const listed = listAt(encounter, 'location')
  const over = listed.filter(
    place => textAt(place, 'status') === 'completed' || textAt(place, 'period', 'end') !== undefined,
  )
  const isPending = (place: unknown): boolean => PENDING.has(textAt(place, 'status') ?? '')
  const open = listed.filter(place => !over.includes(place) && !isPending(place))
  const isOver = textAt(encounter, 'status') === 'finished'
  const [current, prior] =
    isOver && open.length === 0 ? [over.at(-1), over.at(-2)] : [open.at(-1), over.at(-1)]
  const placed = (place: unknown): Repetition | undefined => {
    const location = graph.find(at(place, 'location'), encounter)
    const display = textAt(place, 'location', 'display')
    return pl(location, reference => graph.find(reference, location)) ?? (display ? [display] : undefined)
  }
  const pending = placed(listed.find(isPending))
  return { current: placed(current), prior: placed(prior), pending, since: dtmAt(current, 'period', 'start') }
}

/** PV1 positions by the participation they stand for. */
const ROLES: Readonly<Record<string, number>> = { ATND: 7, REF: 8, CON: 9, ADM: 17 }

/** PV1 and PV2. A period's end is said only of a visit that is over: of an open one it is a guess. */
export function visitSegments(
  encounter: unknown,
  graph: BundleGraph,
  places: Places,
): readonly SegmentDraft[] {
  const hospitalization = at(encounter, 'hospitalization')
  const status = textAt(encounter, 'status')
  const [number, alternate] = visitNumbers(encounter)
  const start = dtmAt(encounter, 'period', 'start')
  const fields: Record<number, FieldDraft> = {
    1: '1',
    2: classOf(encounter),
    3: [places.current],
    4: [cweOf('AdmissionType', listAt(encounter, 'type')[0])],
    5: [cx(at(hospitalization, 'preAdmissionIdentifier'))],
    6: [places.prior],
    10: [cwe(at(encounter, 'serviceType'))],
    13: [cwe(at(hospitalization, 'reAdmission'))],
    14: [cwe(at(hospitalization, 'admitSource'))],
    15: listAt(hospitalization, 'specialArrangement').map(cwe),
    16: [cwe(listAt(hospitalization, 'specialCourtesy')[0])],
    19: [number],
    36: status === 'finished' ? dispositionOf(at(hospitalization, 'dischargeDisposition')) : undefined,
    37: textAt(hospitalization, 'destination', 'display'),
    38: [cwe(listAt(hospitalization, 'dietPreference')[0])],
    42: [places.pending],
    44: status === 'planned' ? undefined : start,
    45: status === 'finished' ? dtmAt(encounter, 'period', 'end') : undefined,
    50: [alternate],
    ...participants(encounter, graph),
  }
  const more = moreSegment(encounter)
  return [{ name: 'PV1', fields }, ...(more === undefined ? [] : [more])]
}

const ARRIVAL = 'http://hl7.org/fhir/StructureDefinition/encounter-modeOfArrival'

/** PV2, where there is something to say in it. */
function moreSegment(encounter: unknown): SegmentDraft | undefined {
  const arrival = listAt(encounter, 'extension').find(found => textAt(found, 'url') === ARRIVAL)
  const fields: Record<number, FieldDraft> = {
    3: [cwe(listAt(encounter, 'reasonCode')[0])],
    8: textAt(encounter, 'status') === 'planned' ? dtmAt(encounter, 'period', 'start') : undefined,
    11: textAt(encounter, 'length', 'code') === 'd' ? textAt(encounter, 'length', 'value') : undefined,
    25: [cweOf('EncounterPriority', at(encounter, 'priority'))],
    38: [cwe({ coding: listAt(arrival, 'valueCoding') })],
  }
  const isSaid = Object.values(fields).some(field => (Array.isArray(field) ? field[0] : field) !== undefined)
  return isSaid ? { name: 'PV2', fields } : undefined
}

/** The visit number (type VN) first. */
function visitNumbers(encounter: unknown): readonly (Repetition | undefined)[] {
  const identifiers = listAt(encounter, 'identifier').filter(found => textAt(found, 'value') !== undefined)
  const isVisit = (identifier: unknown): boolean => textAt(identifier, 'type', 'coding', 0, 'code') === 'VN'
  return [...identifiers.filter(isVisit), ...identifiers.filter(found => !isVisit(found))].map(cx)
}

function participants(encounter: unknown, graph: BundleGraph): Record<number, FieldDraft> {
  const fields: Record<number, (Repetition | undefined)[]> = {}
  for (const participant of listAt(encounter, 'participant')) {
    const roles = listAt(participant, 'type').flatMap(type => listAt(type, 'coding'))
    const known = roles.map(role => ROLES[textAt(role, 'code') ?? '']).find(field => field !== undefined)
    const individual = at(participant, 'individual')
    const found = xcn(graph.find(individual, encounter), textAt(individual, 'display'))
    if (textAt(participant, 'period', 'end') === undefined || textAt(encounter, 'status') === 'finished')
      (fields[known ?? 52] ??= []).push(found)
  }
  return fields
}

const NUBC = /nubc|2\.16\.840\.1\.113883\.6\.301/i

/** A NUBC code in two digits, else the first one that our table maps to the FHIR code, else as it was sent. */
function dispositionOf(concept: unknown): FieldDraft {
  const codings = listAt(concept, 'coding')
  const nubc = codings.find(coding => NUBC.test(textAt(coding, 'system') ?? ''))
  const code = textAt(nubc, 'code')
  if (code !== undefined) return /^\d$/.test(code) ? `0${code}` : code
  const known = codings
    .map(coding => Object.entries(fhirCodes).find(([, fhir]) => fhir === textAt(coding, 'code'))?.[0])
    .find(found => found !== undefined)
  return known ?? textAt(codings[0], 'code') ?? texts(concept, 'text')[0]
}

const ROLE = 'http://terminology.hl7.org/CodeSystem/diagnosis-role'

/** Uses of a diagnosis as the codes of table 0052: the guide's map knows the first only. */
const USES: Readonly<Record<string, string>> = { AD: 'A', DD: 'F', CC: 'W' }

/** DG1 of the visit's diagnoses: those that the Encounter lists, and those that name the Encounter. */
export function diagnosisSegments(encounter: unknown, graph: BundleGraph): readonly SegmentDraft[] {
  const rows = listAt(encounter, 'diagnosis').map(row => ({
    condition: graph.find(at(row, 'condition'), encounter),
    use: at(row, 'use'),
    rank: textAt(row, 'rank'),
  }))
  const listed = new Set(rows.map(({ condition }) => condition))
  const others = graph
    .ofType('Condition')
    .filter(found => !listed.has(found) && graph.find(at(found, 'encounter'), found) === encounter)
  const all = [...rows, ...others.map(condition => ({ condition, use: undefined, rank: undefined }))]
  return all
    .filter(({ condition }) => condition !== undefined)
    .map(({ condition, use, rank }, index) => ({
      name: 'DG1',
      fields: {
        1: String(index + 1),
        3: [cwe(at(condition, 'code'))],
        5: dtmAt(condition, 'onsetDateTime'),
        6: useOf(use),
        15: rank,
        16: [xcn(graph.find(at(condition, 'asserter'), condition), textAt(condition, 'asserter', 'display'))],
        19: dtmAt(condition, 'recordedDate'),
        21: isWrong(condition) ? 'D' : undefined,
      },
    }))
}

/** A code of table 0052 as it is, else by what it is used for. */
function useOf(use: unknown): string | undefined {
  const role = listAt(use, 'coding').find(coding => textAt(coding, 'system') === ROLE)
  return codeOf('DiagnosisType', use) ?? USES[textAt(role, 'code') ?? '']
}

const isWrong = (condition: unknown): boolean =>
  textAt(condition, 'verificationStatus', 'coding', 0, 'code') === 'entered-in-error'
