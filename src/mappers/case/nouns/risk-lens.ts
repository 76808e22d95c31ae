import type { RiskAssessment } from '@medplum/fhirtypes'
import { scoreStates } from '../../../care-plan/nouns/assessment.ts'
import type { Resource } from '../../../fhir/resource.ts'
import { listOf } from '../../../lib/list-of.ts'
import { isObject, objectOf, textOf, withElement } from '../lenses/json-edit.ts'
import type { Slot } from '../lenses/lens.ts'
import type { CaseNames } from '../names.ts'
import { asResource, extensionAt, extensionOf, withExtension } from '../lenses/slots.ts'
import { codeIn, codingsOf, ownCodeOf, withOwnCode } from './concept-slots.ts'
import { idAt, inputExtensions, textExtensions, timeOf } from './element-slots.ts'
import { nounLens, type NounLens } from './noun-lens.ts'
import { numberOf, numberText } from './observation-value.ts'
import { plainStates } from './plain-states.ts'

const probability = 'http://terminology.hl7.org/CodeSystem/risk-probability'
const probabilities: ReadonlySet<string> = new Set(['negligible', 'low', 'moderate', 'high', 'certain'])

/** A computed risk stands in a RiskAssessment: method, score and what was missing, and the band as qualitative risk. */
export const riskLens = (names: CaseNames): NounLens<'risk'> =>
  nounLens({
    noun: 'risk',
    types: ['RiskAssessment'],
    is: () => true,
    blank: ({ id, patient }) => {
      const risk: RiskAssessment = {
        resourceType: 'RiskAssessment',
        id,
        status: 'final',
        subject: { reference: `Patient/${patient}` },
      }
      return asResource(risk)
    },
    slots: {
      state: plainStates(scoreStates, {
        registered: 'preliminary',
        corrected: 'amended',
        cancelled: 'entered-in-error',
      }),
      method: methodSlot(names),
      tableVersion: extensionAt(names.extension('table-version'), 'valueString'),
      value: figureSlot(names.extension('score')),
      band: bandSlot(names.codeSystem('risk-band')),
      inputs: inputExtensions(names.extension('input')),
      missing: textExtensions(names.extension('missing-input')),
      at: timeOf('occurrence'),
      encounter: idAt('encounter', 'Encounter'),
    },
  })

const methodSlot = (names: CaseNames): Slot<string> => {
  const system = names.codeSystem('risk-method')
  return {
    get: resource => ownCodeOf(resource['method'], system),
    set: (resource, method) =>
      withElement(resource, 'method', withOwnCode(objectOf(resource['method']), system, method)),
  }
}

/** A figure in an extension: a decimal with its digits, else a text. */
function figureSlot(url: string): Slot<string | undefined> {
  return {
    get: resource => {
      const extension = extensionOf(resource, url)
      return numberText(extension?.['valueDecimal']) ?? textOf(extension?.['valueString'])
    },
    set: (resource, value) => {
      if (value === undefined) return withExtension(resource, url, undefined)
      const number = numberOf(value)
      return withExtension(resource, url, {
        url,
        ...(number === undefined ? { valueString: value } : { valueDecimal: number }),
      })
    },
  }
}

/** The band in the first prediction, in our words and, where it has one, in the standard's. */
function bandSlot(system: string): Slot<string | undefined> {
  const bandOf = (row: unknown): string | undefined =>
    codeIn(objectOf(row)['qualitativeRisk'], system) ?? codeIn(objectOf(row)['qualitativeRisk'], probability)
  const codings = (band: string | undefined): readonly object[] =>
    band === undefined
      ? []
      : [{ system, code: band }, ...(probabilities.has(band) ? [{ system: probability, code: band }] : [])]
  const write = (row: object, band: string | undefined): object => {
    const concept = objectOf((row as { readonly qualitativeRisk?: unknown }).qualitativeRisk)
    const others = codingsOf(concept).filter(
      coding => coding['system'] !== system && coding['system'] !== probability,
    )
    return withElement(row, 'qualitativeRisk', withElement(concept, 'coding', [...codings(band), ...others]))
  }
  return {
    get: resource => listOf(resource['prediction']).map(bandOf).find(Boolean),
    set: (resource, band) => withElement(resource, 'prediction', withBand(resource, band, write)),
  }
}

function withBand(
  resource: Resource,
  band: string | undefined,
  write: (row: object, band: string | undefined) => object,
): readonly object[] {
  const rows = listOf(resource['prediction']).filter(isObject)
  const [first = {}, ...rest] = rows.length > 0 ? rows : [{}]
  return [write(first, band), ...rest.map(row => write(row, undefined))].filter(
    row => Object.keys(row).length > 0,
  )
}
