import type { Address, Extension, Money } from '@medplum/fhirtypes'
import { dtmToDate } from '../../../hl7v2/dtm.ts'
import type { Repetition } from '../../../hl7v2/segment.ts'
import { hl7System } from '../codes.ts'
import { valued } from '../resources/element.ts'
import { rowsFor, segmentMap, type Row, type Scene, type SegmentMap } from '../rows.ts'
import {
  address,
  concept,
  date,
  dateTime,
  decimal,
  integer,
  partOf,
  practitioner,
  yesNo,
} from './row-values.ts'

const row = rowsFor<{ extension: Extension[] }>()

/**
 * What a hospital says of a stay for its bill stands in extensions of the Encounter: the elements of FHIR for it (Claim,
 * ExplanationOfBenefit) belong to documents that somebody submits or answers, and no message does.
 */
interface PartRow {
  readonly v2: string
  /** Url of the part, as the standard calls the field. */
  readonly url: string
  readonly via: string
  /** `value[x]` and its value, or the parts of a part. */
  readonly part: (field: Repetition, scene: Scene) => Omit<Extension, 'url'> | undefined
}

const DRG =
  'The guide has no map of DRG. A group is an attribute of the stay that changes until the stay is coded; a Claim would be a bill that nobody sent.'
const ACC =
  'The guide has no map of ACC. Claim.accident, where FHIR has these elements, needs a Claim; they are kept with its names (date, type, location) for whoever makes one.'
const UB =
  'The guide has no map of UB1 and UB2. Condition, occurrence and value codes are kept as sent, in the systems of their HL7 tables.'

const part =
  (ours: string) =>
  ({ v2, url, via, part: read }: PartRow): Row =>
    row({
      v2,
      to: 'extension',
      via: `${via} as ${url}`,
      ours,
      value: partOf(url, read),
    })

const coded =
  (table: string) =>
  (field: Repetition, scene: Scene): Omit<Extension, 'url'> | undefined => {
    const said = concept({ table })(field, scene)
    return said && { valueCodeableConcept: said }
  }

const when = (field: Repetition, scene: Scene): Omit<Extension, 'url'> | undefined => {
  const said = dateTime(field, scene)
  return said === undefined ? undefined : { valueDateTime: said }
}

const day = (field: Repetition, scene: Scene): Omit<Extension, 'url'> | undefined => {
  const said = date(field, scene)
  return said === undefined ? undefined : { valueDate: said }
}

const flag = (field: Repetition): Omit<Extension, 'url'> | undefined => {
  const said = yesNo(field)
  return said === undefined ? undefined : { valueBoolean: said }
}

const count = (field: Repetition): Omit<Extension, 'url'> | undefined => {
  const said = integer(field)
  return said === undefined ? undefined : { valueInteger: said }
}

const words = (field: Repetition): Omit<Extension, 'url'> | undefined => {
  const said = valued(field)
  return said === undefined ? undefined : { valueString: said }
}

/** CP or MO; a currency only where one is said, since nobody may guess it. */
function money(field: Repetition, scene: Scene, component = 1): Omit<Extension, 'url'> | undefined {
  const value = decimal(valued(field, component), scene)
  if (value === undefined) return undefined
  const currency = valued(field, component, 2)
  const isKnown = currency !== undefined && /^[A-Z]{3}$/.test(currency)
  return { valueMoney: isKnown ? { value, currency: currency as NonNullable<Money['currency']> } : { value } }
}

/** A code with what it is the code of: an amount (UVC), a day (OCD), a span of days (OSP). */
const codeWith =
  (table: string, rest: (field: Repetition, scene: Scene) => Extension | undefined) =>
  (field: Repetition, scene: Scene): Omit<Extension, 'url'> | undefined => {
    const code = valued(field)
    if (code === undefined) return undefined
    const said = rest(field, scene)
    const name: Extension = {
      url: 'code',
      valueCoding: { system: hl7System(table), code: code.replaceAll(/\s+/g, ' ') },
    }
    return { extension: said ? [name, said] : [name] }
  }

const amount = (field: Repetition, scene: Scene): Extension | undefined => {
  const said = money(field, scene, 2)
  return said && { url: 'amount', ...said }
}

const on =
  (component: number) =>
  (field: Repetition, scene: Scene): Extension | undefined => {
    const said = dayAt(field, scene, component)
    return said === undefined ? undefined : { url: 'date', valueDate: said }
  }

const dayAt = (field: Repetition, { context, at }: Scene, component: number): string | undefined => {
  const text = valued(field, component)
  return text === undefined ? undefined : dateIn(text, { context, at })
}

function dateIn(text: string, { context, at }: Pick<Scene, 'context' | 'at'>): string | undefined {
  const [digits] = /^\d{8}/.exec(text) ?? []
  const said = digits === undefined ? undefined : dtmToDate(digits)
  if (said?.ok) return said.value
  context.report({ code: 'date-invalid', expression: at })
  return undefined
}

function span(field: Repetition, scene: Scene): Extension | undefined {
  const [start, end] = [dayAt(field, scene, 2), dayAt(field, scene, 3)]
  if (start === undefined && end === undefined) return undefined
  if (start !== undefined && end !== undefined && start > end) return undefined
  return {
    url: 'period',
    valuePeriod: { ...(start !== undefined && { start }), ...(end !== undefined && { end }) },
  }
}

function whereAt(xad: Repetition, scene: Scene): Omit<Extension, 'url'> | undefined {
  const said: Address | undefined = address(xad, scene)
  return said && { valueAddress: said }
}

const drg = part(DRG)

/** DRG -> Encounter extension `{cm}/StructureDefinition/encounter-drg`. */
const drgEncounter = segmentMap(
  'DRG[Encounter]',
  [],
  [
    drg({ v2: 'DRG-1', url: 'code', via: 'CNE[CodeableConcept]', part: coded('0055') }),
    drg({ v2: 'DRG-2', url: 'assigned', via: 'DTM', part: when }),
    drg({ v2: 'DRG-3', url: 'approved', via: 'ID[boolean]', part: flag }),
    drg({ v2: 'DRG-4', url: 'grouperReview', via: 'CWE[CodeableConcept]', part: coded('0056') }),
    drg({ v2: 'DRG-5', url: 'outlierType', via: 'CWE[CodeableConcept]', part: coded('0083') }),
    drg({ v2: 'DRG-6', url: 'outlierDays', via: 'NM', part: count }),
    drg({ v2: 'DRG-7', url: 'outlierCost', via: 'CP', part: money }),
    drg({ v2: 'DRG-8', url: 'payor', via: 'CWE[CodeableConcept]', part: coded('0229') }),
    drg({ v2: 'DRG-9', url: 'outlierReimbursement', via: 'CP', part: money }),
    drg({ v2: 'DRG-10', url: 'confidential', via: 'ID[boolean]', part: flag }),
    drg({ v2: 'DRG-11', url: 'transferType', via: 'CWE[CodeableConcept]', part: coded('0415') }),
  ],
)

const acc = part(ACC)

/** ACC -> Encounter extension `{cm}/StructureDefinition/encounter-accident`. */
const accEncounter = segmentMap(
  'ACC[Encounter]',
  [],
  [
    acc({ v2: 'ACC-1', url: 'date', via: 'DTM', part: when }),
    acc({ v2: 'ACC-2', url: 'type', via: 'CWE[CodeableConcept]', part: coded('0050') }),
    acc({ v2: 'ACC-3', url: 'location', via: 'ST', part: words }),
    acc({ v2: 'ACC-4', url: 'state', via: 'CWE[CodeableConcept]', part: coded('0347') }),
    acc({ v2: 'ACC-5', url: 'jobRelated', via: 'ID[boolean]', part: flag }),
    acc({ v2: 'ACC-6', url: 'death', via: 'ID[boolean]', part: flag }),
    acc({
      v2: 'ACC-7',
      url: 'enteredBy',
      via: 'XCN[Practitioner]',
      part: (xcn, scene) => {
        const who = practitioner(xcn, scene)
        return who && { valueReference: who }
      },
    }),
    acc({ v2: 'ACC-8', url: 'description', via: 'ST', part: words }),
    acc({ v2: 'ACC-9', url: 'broughtInBy', via: 'ST', part: words }),
    acc({ v2: 'ACC-10', url: 'policeNotified', via: 'ID[boolean]', part: flag }),
    acc({ v2: 'ACC-11', url: 'address', via: 'XAD[Address]', part: whereAt }),
  ],
)

const ub = part(UB)

/** UB1 -> Encounter extension `{cm}/StructureDefinition/encounter-uniform-bill`. */
const ub1Encounter = segmentMap(
  'UB1[Encounter]',
  [],
  [
    ub({ v2: 'UB1-2', url: 'bloodDeductible', via: 'NM', part: count }),
    ub({ v2: 'UB1-3', url: 'bloodFurnishedPints', via: 'NM', part: count }),
    ub({ v2: 'UB1-4', url: 'bloodReplacedPints', via: 'NM', part: count }),
    ub({ v2: 'UB1-5', url: 'bloodNotReplacedPints', via: 'NM', part: count }),
    ub({ v2: 'UB1-6', url: 'coInsuranceDays', via: 'NM', part: count }),
    ub({ v2: 'UB1-7', url: 'conditionCode', via: 'IS', part: codeWith('0043', () => undefined) }),
    ub({ v2: 'UB1-8', url: 'coveredDays', via: 'NM', part: count }),
    ub({ v2: 'UB1-9', url: 'nonCoveredDays', via: 'NM', part: count }),
    ub({ v2: 'UB1-10', url: 'valueCode', via: 'CM', part: codeWith('0153', amount) }),
    ub({ v2: 'UB1-11', url: 'graceDays', via: 'NM', part: count }),
    ub({ v2: 'UB1-12', url: 'specialProgram', via: 'CWE[CodeableConcept]', part: coded('0348') }),
    ub({ v2: 'UB1-13', url: 'reviewApproval', via: 'CWE[CodeableConcept]', part: coded('0349') }),
    ub({ v2: 'UB1-14', url: 'approvedFrom', via: 'DT', part: day }),
    ub({ v2: 'UB1-15', url: 'approvedTo', via: 'DT', part: day }),
    ub({ v2: 'UB1-16', url: 'occurrenceCode', via: 'CM', part: codeWith('0350', on(2)) }),
    ub({ v2: 'UB1-17', url: 'occurrenceSpan', via: 'CWE[CodeableConcept]', part: coded('0351') }),
    ub({ v2: 'UB1-18', url: 'occurrenceSpanStart', via: 'DT', part: day }),
    ub({ v2: 'UB1-19', url: 'occurrenceSpanEnd', via: 'DT', part: day }),
  ],
)

/** UB2 -> the same extension. */
const ub2Encounter = segmentMap(
  'UB2[Encounter]',
  [],
  [
    ub({ v2: 'UB2-2', url: 'coInsuranceDays', via: 'ST', part: count }),
    ub({ v2: 'UB2-3', url: 'conditionCode', via: 'CWE', part: codeWith('0043', () => undefined) }),
    ub({ v2: 'UB2-4', url: 'coveredDays', via: 'ST', part: count }),
    ub({ v2: 'UB2-5', url: 'nonCoveredDays', via: 'ST', part: count }),
    ub({ v2: 'UB2-6', url: 'valueCode', via: 'UVC', part: codeWith('0153', amount) }),
    ub({ v2: 'UB2-7', url: 'occurrenceCode', via: 'OCD', part: codeWith('0350', on(2)) }),
    ub({ v2: 'UB2-8', url: 'occurrenceSpan', via: 'OSP', part: codeWith('0351', span) }),
    ub({ v2: 'UB2-14', url: 'specialVisitCount', via: 'ST', part: words }),
  ],
)

/** Maps whose parts make one extension of the Encounter, by group. */
export const billingMaps: Readonly<Record<'DRG' | 'ACC' | 'UB1' | 'UB2', BillingMap>> = {
  DRG: { map: drgEncounter, name: 'encounter-drg' },
  ACC: { map: accEncounter, name: 'encounter-accident' },
  UB1: { map: ub1Encounter, name: 'encounter-uniform-bill' },
  UB2: { map: ub2Encounter, name: 'encounter-uniform-bill' },
}

interface BillingMap {
  readonly map: SegmentMap
  /** Name of the extension, `{cm}/StructureDefinition/<name>`. */
  readonly name: string
}
