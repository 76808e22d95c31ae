import type { Observation } from '@medplum/fhirtypes'
import { scoreStates, type Score } from '../../../care-plan/nouns/assessment.ts'
import type { Resource } from '../../../fhir/resource.ts'
import { listOf } from '../../../lib/list-of.ts'
import { isObject, objectOf, textOf, withElement, type JsonObject } from '../lenses/json-edit.ts'
import type { Slot } from '../lenses/lens.ts'
import type { CaseNames } from '../names.ts'
import { asResource, extensionAt } from '../lenses/slots.ts'
import { codeIn, codingsOf, conceptText, ownCodeOf } from './concept-slots.ts'
import { evidenceIn, firstIdIn, performerSlot, inputExtensions, timeOf } from './element-slots.ts'
import { categoriesOf, categoryOf, isBarrier, isStrength } from './finding-codes.ts'
import { GAS_LEVEL, loinc, measureOfLoinc, publicCode } from './measure-codes.ts'
import { nounLens, type NounLens } from './noun-lens.ts'
import { numberOf, valueText, withoutValue, withValueText } from './observation-value.ts'
import { plainStates } from './plain-states.ts'

/** A score stands in an Observation of category survey. */
export const scoreLens = (names: CaseNames): NounLens<'score'> =>
  nounLens({
    noun: 'score',
    types: ['Observation'],
    is: resource => isScore(resource, names),
    blank: (birth, state) => blankScore(birth, state),
    slots: {
      state: plainStates(scoreStates, {
        registered: 'preliminary',
        corrected: 'amended',
        cancelled: 'entered-in-error',
      }),
      inputs: inputExtensions(names.extension('input')),
      measure: measureSlot(names),
      rater: raterSlot(names),
      value: valueSlot,
      tableVersion: extensionAt(names.extension('table-version'), 'valueString'),
      interpretation: interpretationSlot(names),
      at: timeOf('effective'),
      by: performerSlot(names.extension('by')),
      derivedFrom: evidenceIn('derivedFrom'),
      goal: firstIdIn('focus', 'Goal'),
      reason: extensionAt(names.extension('reason'), 'valueString'),
    },
  })

function blankScore(
  { id, patient }: { readonly id: string; readonly patient: string },
  _state: Score,
): Resource & { readonly id: string } {
  const observation: Observation = {
    resourceType: 'Observation',
    id,
    status: 'final',
    category: [categoryOf('survey')],
    code: {},
    subject: { reference: `Patient/${patient}` },
  }
  return asResource(observation)
}

/** Ours by its code; another's when it is a survey or social history with a numeric or coded value. */
function isScore(resource: Resource, names: CaseNames): boolean {
  if (isStrength(resource, names) || isBarrier(resource, names)) return false
  if (codeIn(resource['code'], names.codeSystem('measure')) !== undefined) return true
  if (knownIn(resource['code']) !== undefined) return true
  const asked = categoriesOf(resource).some(code => code === 'survey' || code === 'social-history')
  return asked && ['valueInteger', 'valueQuantity', 'valueCodeableConcept'].some(name => name in resource)
}

const loincOf = (coding: JsonObject): string =>
  coding['system'] === loinc ? (textOf(coding['code']) ?? '') : ''

const knownIn = (concept: unknown): { readonly measure: string; readonly rater?: string } | undefined =>
  codingsOf(concept)
    .map(coding => measureOfLoinc.get(loincOf(coding)))
    .find(known => known !== undefined)

interface Measured {
  readonly measure: string
  readonly rater: string | undefined
}

/**
 * Measure and rater share Observation.code: LOINC has a code for each rater of a goal, and one for where it started from
 * whoever rated. The exact rater is an extension.
 */
function readMeasured(resource: Resource, names: CaseNames): Measured {
  const known = knownIn(resource['code'])
  const own = codeIn(resource['code'], names.codeSystem('measure'))
  return {
    measure: own ?? known?.measure ?? ownCodeOf(resource['code'], names.codeSystem('measure')),
    rater: extensionAt(names.extension('rater'), 'valueCode').get(resource) ?? known?.rater,
  }
}

function writeMeasured(resource: Resource, { measure, rater }: Measured, names: CaseNames): Resource {
  const system = names.codeSystem('measure')
  const others = codingsOf(resource['code']).filter(
    coding => coding['system'] !== system && !measureOfLoinc.has(loincOf(coding)),
  )
  const started = inputExtensions(names.extension('input')).get(resource)
  const isBaseline = started.some(({ name, value }) => name === 'baseline' && value === 'yes')
  const known = publicCode(measure, isBaseline && rater !== undefined ? 'baseline' : rater)
  const codings = [
    ...(known ? [{ system: loinc, code: known.loinc, display: known.display }] : []),
    ...others,
    { system, code: measure },
  ]
  const rated = extensionAt(names.extension('rater'), 'valueCode').set(resource, rater)
  return withElement(rated, 'code', withElement(objectOf(resource['code']), 'coding', codings))
}

const measureSlot = (names: CaseNames): Slot<string> => ({
  get: resource => readMeasured(resource, names).measure,
  set: (resource, measure) =>
    writeMeasured(resource, { measure, rater: readMeasured(resource, names).rater }, names),
})

const raterSlot = (names: CaseNames): Slot<string | undefined> => ({
  get: resource => readMeasured(resource, names).rater,
  set: (resource, rater) =>
    writeMeasured(resource, { measure: readMeasured(resource, names).measure, rater }, names),
})

/** A level of a GAS scale and a yes/no that LOINC has answers for are written as those answers. */
const valueSlot: Slot<string> = {
  get: resource => valueText(resource) ?? '',
  set: (resource, value) => {
    const known = knownIn(resource['code'])
    const answer = known && publicCode(known.measure, known.rater)?.answers?.[value]
    const number = known?.measure === GAS_LEVEL ? numberOf(value) : undefined
    if (!answer) return withValueText(resource, value)
    return withElement(withoutValue(resource), 'valueCodeableConcept', {
      coding: [
        {
          ...(number !== undefined && { extension: [{ url: ordinalValue, valueDecimal: number }] }),
          system: loinc,
          code: answer.code,
          display: answer.display,
        },
      ],
      text: answer.display,
    })
  },
}

const ordinalValue = 'http://hl7.org/fhir/StructureDefinition/ordinalValue'

/** Our word for the range that the value is in; without one, the first that somebody else gave. */
function interpretationSlot(names: CaseNames): Slot<string | undefined> {
  const system = names.codeSystem('interpretation')
  const isOwn = (concept: unknown): boolean => codeIn(concept, system) !== undefined
  return {
    get: resource => {
      const list = listOf(resource['interpretation']).filter(isObject)
      return codeIn(list.find(isOwn), system) ?? conceptText(list[0])
    },
    set: (resource, value) => {
      const others = listOf(resource['interpretation']).filter(concept => !isOwn(concept))
      const next = value === undefined ? [] : [{ coding: [{ system, code: value }] }, ...others]
      return withElement(resource, 'interpretation', next)
    },
  }
}
