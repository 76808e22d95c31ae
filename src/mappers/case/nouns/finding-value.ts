import { strengthKinds, type Coded, type Strength } from '../../../care-plan/nouns/assessment.ts'
import type { Resource } from '../../../fhir/resource.ts'
import { objectOf, textOf, withElement } from '../lenses/json-edit.ts'
import type { Slot } from '../lenses/lens.ts'
import type { CaseNames } from '../names.ts'
import { codeIn, readConcept, withOwnCode, writeConcept, type TextAndCode } from './concept-slots.ts'
import { withoutValue } from './observation-value.ts'

/** The words of a finding: valueCodeableConcept.text, else valueString. */
const wordsOf = (resource: Resource): string =>
  textOf(objectOf(resource['valueCodeableConcept'])['text']) ?? textOf(resource['valueString']) ?? ''

/** What a strength says and of which kind it is, both in valueCodeableConcept. */
export function strengthValue(names: CaseNames): {
  readonly kind: Slot<Strength['kind']>
  readonly text: Slot<string>
} {
  const system = names.codeSystem('strength-kind')
  const kindOf = (resource: Resource): Strength['kind'] => {
    const code = codeIn(resource['valueCodeableConcept'], system)
    return strengthKinds.find(kind => kind === code) ?? 'self'
  }
  const put = (resource: Resource, kind: string, text: string): Resource => {
    const concept = withOwnCode(objectOf(resource['valueCodeableConcept']), system, kind)
    const worded = withElement(concept, 'text', text === '' ? undefined : text)
    return withElement(withoutValue(resource), 'valueCodeableConcept', worded)
  }
  return {
    kind: { get: kindOf, set: (resource, kind) => put(resource, kind, wordsOf(resource)) },
    text: { get: wordsOf, set: (resource, text) => put(resource, kindOf(resource), text) },
  }
}

/** What a barrier says and its code: in words alone it is a valueString, as PCO has it, else a valueCodeableConcept. */
export function barrierValue(): {
  readonly text: Slot<string>
  readonly code: Slot<Coded | undefined>
} {
  const read = (resource: Resource): TextAndCode => {
    const { text, code } = readConcept(resource['valueCodeableConcept'])
    return { text: text === '' ? wordsOf(resource) : text, code }
  }
  const put = (resource: Resource, value: TextAndCode): Resource => {
    const bare = withoutValue(resource)
    if (!value.code && !('valueCodeableConcept' in resource))
      return withElement(bare, 'valueString', value.text === '' ? undefined : value.text)
    const concept = writeConcept(objectOf(resource['valueCodeableConcept']), value)
    return withElement(bare, 'valueCodeableConcept', concept)
  }
  return {
    text: {
      get: resource => read(resource).text,
      set: (resource, text) => put(resource, { ...read(resource), text }),
    },
    code: {
      get: resource => read(resource).code,
      set: (resource, code) => put(resource, { ...read(resource), code }),
    },
  }
}
