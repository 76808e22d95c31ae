import type { Goal } from '../../../care-plan/nouns/plan.ts'
import { listOf } from '../../../lib/list-of.ts'
import { isObject, objectOf, textOf, withElement, type JsonObject } from '../lenses/json-edit.ts'
import type { Slot } from '../lenses/lens.ts'
import type { CaseNames } from '../names.ts'
import { extensionOf } from '../lenses/slots.ts'

/** HL7 Person-Centered Outcomes: one extension for each level, of a `level` and a `text`. */
const SCALING = 'http://hl7.org/fhir/us/pco/StructureDefinition/pco-goal-attainment-scaling'
const LOINC = 'http://loinc.org'

/**
 * Codes of the levels, -2 first. LOINC has answers for 0, +1 and +2; the guide's for the other two are placeholders
 * under LOINC's name, so those are written with codes of our own, and read either way.
 */
const levels = [
  { own: 'much-less-than-expected', guide: ['gas-much-less-than-expected'] },
  { own: 'less-than-expected', guide: ['gas-less-than-expected'] },
  { own: 'expected', loinc: 'LA6111-4', guide: ['LA6111-4', 'gas-expected-outcome'] },
  { own: 'better-than-expected', loinc: 'LA6112-2', guide: ['LA6112-2', 'gas-better-than-expected'] },
  {
    own: 'much-better-than-expected',
    loinc: 'LA6113-0',
    guide: ['LA6113-0', 'gas-much-better-than-expected'],
  },
] as const satisfies readonly {
  readonly own: string
  readonly loinc?: string
  readonly guide: readonly string[]
}[]

type Level = (typeof levels)[number]

/** The five texts; a scale that lacks a level is none that we could score on and stays as it is. */
export function gasScale(names: CaseNames): Slot<Goal['scale']> {
  const system = names.codeSystem('gas-level')
  return {
    get: resource => {
      const rows = listOf(resource['extension']).filter(isScaling)
      const [least, less, expected, better, best] = levels.map(level =>
        textOf(extensionOf(rows.find(row => isLevel(row, level, system)) ?? {}, 'text')?.['valueString']),
      )
      return least === undefined ||
        less === undefined ||
        expected === undefined ||
        better === undefined ||
        best === undefined
        ? undefined
        : [least, less, expected, better, best]
    },
    set: (resource, scale) => {
      const others = listOf(resource['extension']).filter(row => !isScaling(row))
      const rows = scale ? levels.map((level, i) => rowOf(level, scale[i] ?? '', system)) : []
      return withElement(resource, 'extension', [...others, ...rows])
    },
  }
}

const isScaling = (row: unknown): row is JsonObject => isObject(row) && row['url'] === SCALING

function isLevel(row: JsonObject, { own, guide }: Level, system: string): boolean {
  const coding = objectOf(extensionOf(row, 'level')?.['valueCoding'])
  return (
    (coding['system'] === system && coding['code'] === own) ||
    (coding['system'] === LOINC && (guide as readonly unknown[]).includes(coding['code']))
  )
}

const rowOf = (level: Level, text: string, system: string): JsonObject => ({
  url: SCALING,
  extension: [
    {
      url: 'level',
      valueCoding: 'loinc' in level ? { system: LOINC, code: level.loinc } : { system, code: level.own },
    },
    { url: 'text', valueString: text },
  ],
})
