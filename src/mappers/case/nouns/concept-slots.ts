import type { Coded } from '../../../care-plan/nouns/assessment.ts'
import type { Resource } from '../../../fhir/resource.ts'
import { listOf } from '../../../lib/list-of.ts'
import { isObject, objectOf, textOf, withElement, type JsonObject } from '../lenses/json-edit.ts'
import type { Slot } from '../lenses/lens.ts'

/** Any CodeableConcept as the lenses see it. */
export const codingsOf = (concept: unknown): readonly JsonObject[] =>
  listOf(objectOf(concept)['coding']).filter(isObject)

/** Code of the coding with this system. */
export const codeIn = (concept: unknown, system: string): string | undefined =>
  textOf(codingsOf(concept).find(coding => coding['system'] === system)?.['code'])

export const hasCoding = (concept: unknown, system: string, code: string): boolean =>
  codingsOf(concept).some(coding => coding['system'] === system && coding['code'] === code)

/** What a concept says in words: its text, else the first display or code. */
export function conceptText(concept: unknown): string | undefined {
  const codings = codingsOf(concept)
  const displayed = codings.map(coding => textOf(coding['display'])).find(Boolean)
  return textOf(objectOf(concept)['text']) ?? displayed ?? textOf(codings[0]?.['code'])
}

/** A concept with its text and one code. */
export interface TextAndCode {
  readonly text: string
  readonly code: Coded | undefined
}

export const readConcept = (concept: unknown): TextAndCode => ({
  text: conceptText(concept) ?? '',
  code: codedOf(codingsOf(concept)[0]),
})

/** Takes the place of the first coding; the others stay unless the code is taken out. */
export function writeConcept(concept: JsonObject, { text, code }: TextAndCode): JsonObject {
  const [, ...others] = codingsOf(concept)
  const same = JSON.stringify(readConcept(concept).code) === JSON.stringify(code)
  const codings = same ? codingsOf(concept) : code ? [code, ...others] : []
  const written = withElement(concept, 'coding', codings)
  return conceptText(written) === text
    ? written
    : withElement(written, 'text', text === '' ? undefined : text)
}

function codedOf(coding: JsonObject | undefined): Coded | undefined {
  const code = textOf(coding?.['code'])
  if (!coding || code === undefined) return undefined
  const display = textOf(coding['display'])
  return { system: textOf(coding['system']) ?? '', code, ...(display !== undefined && { display }) }
}

/** Text and first code of a CodeableConcept as two fields: a change of one keeps the other. */
export function conceptSlots(name: string): {
  readonly text: Slot<string>
  readonly code: Slot<Coded | undefined>
} {
  const read = (resource: Resource): TextAndCode => readConcept(resource[name])
  const put = (resource: Resource, value: TextAndCode): Resource =>
    withElement(resource, name, writeConcept(objectOf(resource[name]), value))
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

/** Code of the row of a list of concepts that is of our system; the other rows stay. */
export function ownConceptIn(name: string, system: string): Slot<string | undefined> {
  const isOwn = (concept: unknown): boolean => codeIn(concept, system) !== undefined
  return {
    get: resource => codeIn(listOf(resource[name]).find(isOwn), system),
    set: (resource, code) => {
      const others = listOf(resource[name]).filter(concept => !isOwn(concept))
      const own = code === undefined ? [] : [{ coding: [{ system, code }] }]
      return withElement(resource, name, [...others, ...own])
    },
  }
}

/**
 * What a concept means to us: our own code, else another's as `system|code`, else its words. Our own code stands beside
 * the codings that are there.
 */
export function ownCodeOf(concept: unknown, system: string): string {
  const own = codeIn(concept, system)
  if (own !== undefined) return own
  const [first] = codingsOf(concept)
  const code = textOf(first?.['code'])
  return code === undefined
    ? (textOf(objectOf(concept)['text']) ?? '')
    : `${textOf(first?.['system']) ?? ''}|${code}`
}

export const withOwnCode = (concept: JsonObject, system: string, code: string): JsonObject =>
  withElement(concept, 'coding', [
    ...codingsOf(concept).filter(coding => coding['system'] !== system),
    ...(code === '' ? [] : [{ system, code }]),
  ])
