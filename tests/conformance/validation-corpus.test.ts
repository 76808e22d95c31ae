import { describe, expect, it } from 'vitest'
import { validateResource } from '../../src/fhir/validation/validate-resource.ts'
import { isRawNumber } from '../../src/lib/json.ts'
import { fhirCorpus } from '../support/fhir-corpus.ts'

const corpus = fhirCorpus(
  'r4-core',
  'synthea',
  'us-core-8.0.0',
  'us-core-6.1.0',
  'davinci-pas',
  'sdoh-clinicalcare',
  'ehr-golden',
)

/** Published examples that are not valid R4, each with the reason; the validation oracle refuses them too, but for the last two. */
const invalid: Readonly<Record<string, string>> = {
  'r4-core/ActivityDefinition-blood-tubes-supply.json': 'txt-2: a narrative without any text',
  'r4-core/ActivityDefinition-heart-valve-replacement.json': 'txt-2: a narrative without any text',
  'r4-core/Questionnaire-zika-virus-exposure-assessment.json': 'txt-2: a narrative without any text',
  'r4-core/Questionnaire-qs1.json': 'linkId is required: 32 items have none',
  'davinci-pas/Bundle-PASSubscriptionNotification.json': 'Must be Type/id: the reference is an id alone',
  'davinci-pas/Parameters-SubscriptionNotificationParameters.json':
    'Must be Type/id: the reference is an id alone',
}

const valid = corpus.filter(({ name }) => !Object.hasOwn(invalid, name))

describe('the published resources', () => {
  it('are there', () => {
    expect(corpus.length).toBeGreaterThan(500)
  })

  it.each(valid.map(({ name, resource }) => [name, resource] as const))(
    'are accepted: %s',
    (_name, resource) => {
      expect(validateResource(resource)).toEqual([])
    },
  )

  it.each(Object.entries(invalid))(
    'that are invalid are refused for the known reason only: %s',
    (name, reason) => {
      const issues = validateResource(corpus.find(file => file.name === name)?.resource)
      expect(issues.length).toBeGreaterThan(0)
      const start = reason.split(':')[0] ?? ''
      expect(issues.filter(({ diagnostics }) => !diagnostics.startsWith(start))).toEqual([])
    },
  )
})

type Place = { readonly path: string; readonly holder: Record<string, unknown> }

/** Every object in a resource. */
function objectsIn(value: unknown, path: string): readonly Place[] {
  if (Array.isArray(value)) return value.flatMap((item, i) => objectsIn(item, `${path}[${i}]`))
  if (typeof value !== 'object' || value === null || isRawNumber(value)) return []
  const below = Object.entries(value).flatMap(([key, item]) => objectsIn(item, `${path}.${key}`))
  return [{ path, holder: value as Record<string, unknown> }, ...below]
}

const DAMAGES: Readonly<Record<string, (holder: Record<string, unknown>, key: string) => void>> = {
  'an unknown element': holder => (holder['notAnElement'] = 'x'),
  'a renamed element': (holder, key) => {
    holder[`${key}X`] = holder[key]
    delete holder[key]
  },
  null: (holder, key) => (holder[key] = null),
  'an empty list': (holder, key) => (holder[key] = []),
  'an empty object': (holder, key) => (holder[key] = {}),
  'an empty text': (holder, key) => (holder[key] = ''),
  'a list of lists': (holder, key) => (holder[key] = [[holder[key]]]),
}

describe('a published resource that is damaged anywhere', () => {
  const sampled = valid.filter(({ text }) => text.length < 20_000).filter((_, i) => i % 8 === 0)

  it.each(Object.entries(DAMAGES))('is refused: %s', (_name, damage) => {
    for (const { name, resource } of sampled) {
      for (let i = 0; i < objectsIn(resource, '').length; i += 3) {
        const copy = JSON.parse(JSON.stringify(resource))
        const place = objectsIn(copy, resource.resourceType)[i]
        const keys = Object.keys(place?.holder ?? {})
        const key = keys[i % keys.length]
        if (!place || key === undefined) continue
        damage(place.holder, key)
        expect(validateResource(copy), `${name} ${place.path}.${key}`).not.toEqual([])
      }
    }
  })
})
