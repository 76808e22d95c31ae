import type { Coding, Extension } from '@medplum/fhirtypes'
import type { Repetition } from '../../../hl7v2/segment.ts'
import { codeSystem, localCode } from '../codes.ts'
import { valued } from '../resources/element.ts'
import type { Scene } from '../rows.ts'

const CDCREC = 'urn:oid:2.16.840.1.113883.6.238'
const NULL_FLAVOR = 'http://terminology.hl7.org/CodeSystem/v3-NullFlavor'

/** One of the two extensions: which codes are its OMB categories, and which of CDCREC are its own. */
interface Kind {
  readonly url: string
  /** HL7 table of the field. */
  readonly table: string
  readonly omb: Readonly<Record<string, string>>
  /** How many OMB categories a person may have. */
  readonly ombMax: number
  readonly isDetailed: (number: number) => boolean
  /** Codes of the HL7 table that are not those of CDCREC, by the word that a display of theirs has. */
  readonly letters: Readonly<Record<string, { readonly code: string; readonly word: RegExp }>>
}

const unknown = { code: 'UNK', word: /unk/i }
/** CDCREC numbers races below the concept `Ethnicity`, and later additions above the last ethnicity. */
const [FIRST_RACE, LAST_RACE, FIRST_ETHNICITY, LAST_ETHNICITY] = [1002, 2131, 2135, 2186]

const race: Kind = {
  url: 'http://hl7.org/fhir/us/core/StructureDefinition/us-core-race',
  table: '0005',
  omb: {
    '1002-5': 'American Indian or Alaska Native',
    '2028-9': 'Asian',
    '2054-5': 'Black or African American',
    '2076-8': 'Native Hawaiian or Other Pacific Islander',
    '2106-3': 'White',
    '2131-1': 'Other Race',
  },
  ombMax: 6,
  isDetailed: number => (number >= FIRST_RACE && number <= LAST_RACE) || number > LAST_ETHNICITY,
  letters: { U: unknown },
}

const ethnicity: Kind = {
  url: 'http://hl7.org/fhir/us/core/StructureDefinition/us-core-ethnicity',
  table: '0189',
  omb: { '2135-2': 'Hispanic or Latino', '2186-5': 'Not Hispanic or Latino' },
  ombMax: 1,
  isDetailed: number => number >= FIRST_ETHNICITY && number <= LAST_ETHNICITY,
  letters: {
    H: { code: '2135-2', word: /hispanic|latin/i },
    N: { code: '2186-5', word: /hispanic|latin/i },
    U: unknown,
  },
}

const NULL_FLAVORS: Readonly<Record<string, string>> = { UNK: 'unknown', ASKU: 'asked but unknown' }

/** PID-10 as the one race extension of a Patient. Source: http://hl7.org/fhir/us/core/StructureDefinition/us-core-race. */
export const usCoreRace = (_first: Repetition, scene: Scene): Extension | undefined =>
  extensionOf(race, scene.segment.repetitions(10), scene)

/** PID-22 likewise. Source: http://hl7.org/fhir/us/core/StructureDefinition/us-core-ethnicity. */
export const usCoreEthnicity = (_first: Repetition, scene: Scene): Extension | undefined =>
  extensionOf(ethnicity, scene.segment.repetitions(22), scene)

/**
 * OMB categories, other codes of CDCREC, and always the words. A code that is neither is noted and kept as words;
 * `UNK` and `ASKU` stand only where no category does (us-core-23).
 */
function extensionOf(kind: Kind, said: readonly Repetition[], scene: Scene): Extension | undefined {
  const read = said.map(cwe => ({ codings: codingsOf(kind, cwe, scene), text: textOf(cwe), cwe }))
  const texts = [
    ...new Set(read.flatMap(({ codings, text, cwe }) => text ?? codings[0]?.display ?? valued(cwe) ?? [])),
  ]
  if (texts.length === 0) return undefined
  const codings = new Map(read.flatMap(one => one.codings).map(coding => [coding.code, coding]))
  const known = [...codings.values()].filter(({ system }) => system === CDCREC)
  const omb = known.filter(({ code = '' }) => Object.hasOwn(kind.omb, code))
  const categories = omb.length > 0 ? omb : [...codings.values()].filter(({ system }) => system !== CDCREC)
  const ombCategory = categories.slice(0, omb.length > 0 ? kind.ombMax : 1)
  const isUnmapped = read.some(one => one.codings.length === 0 && valued(one.cwe) !== undefined)
  if (isUnmapped || ombCategory.length < omb.length)
    scene.context.report({ code: 'code-unmapped', expression: scene.at })
  return {
    url: kind.url,
    extension: [
      ...ombCategory.map(valueCoding => ({ url: 'ombCategory', valueCoding })),
      ...known.filter(coding => !omb.includes(coding)).map(valueCoding => ({ url: 'detailed', valueCoding })),
      { url: 'text', valueString: texts.join(', ') },
    ],
  }
}

const textOf = (cwe: Repetition): string | undefined => valued(cwe, 9) ?? valued(cwe, 2) ?? valued(cwe, 5)

/** What both identifiers of a CWE say that US Core has a code for. */
function codingsOf(kind: Kind, cwe: Repetition, scene: Scene): readonly Coding[] {
  return [1, 4].flatMap(first => {
    const code = valued(cwe, first)
    const display = valued(cwe, first + 1)
    if (code === undefined) return []
    const own = localCode(scene.context.settings, code, kind.table)
    return (
      codingOf(kind, own?.code ?? standard(kind, code, display, valued(cwe, first + 2)), {
        display,
        system: own?.system ?? codeSystem(valued(cwe, first + 2), scene.context),
      }) ?? []
    )
  })
}

/** A letter of the HL7 table, unless its display shows that it is of somebody else's: `N^African` is no `N`. */
function standard(kind: Kind, code: string, display: string | undefined, system: string | undefined): string {
  const letter = Object.hasOwn(kind.letters, code.toUpperCase()) && kind.letters[code.toUpperCase()]
  if (!letter) return code
  const isOfTable = system?.replace(/^HL7-?/i, '').padStart(4, '0') === kind.table
  return isOfTable || display === undefined || letter.word.test(display) ? letter.code : code
}

/** A category is known by its code, whatever system a sender calls it by; anything else of CDCREC only by its system. */
function codingOf(
  kind: Kind,
  said: string,
  { display, system }: { readonly display: string | undefined; readonly system: string | undefined },
): Coding | undefined {
  const code = said.toUpperCase()
  const category = Object.hasOwn(kind.omb, code) ? kind.omb[code] : undefined
  if (category !== undefined) return { system: CDCREC, code, display: category }
  const flavor = Object.hasOwn(NULL_FLAVORS, code) ? NULL_FLAVORS[code] : undefined
  if (flavor !== undefined) return { system: NULL_FLAVOR, code, display: flavor }
  if (!isCdcrec(code) || !isOfCdcrec(system) || !kind.isDetailed(Number.parseInt(code, 10))) return undefined
  return { system: CDCREC, code, ...(display !== undefined && { display }) }
}

const isOfCdcrec = (system: string | undefined): boolean =>
  system === undefined || system === CDCREC || /\/(?:v2-0005|v2-0189|v3-Race|v3-Ethnicity)$/.test(system)

/** Four digits and their check digit (modulus 10), which tells a code of CDCREC from a local number. */
function isCdcrec(code: string): boolean {
  const [, digits, check] = /^(\d{4})-(\d)$/.exec(code) ?? []
  if (digits === undefined) return false
  const sum = digits.split('').reduce((total, digit, index) => {
    const weighted = Number(digit) * (index % 2 === 1 ? 2 : 1)
    return total + (weighted > 9 ? weighted - 9 : weighted)
  }, 0)
  return (10 - (sum % 10)) % 10 === Number(check)
}
