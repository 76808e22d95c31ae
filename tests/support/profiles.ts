import { shippedTerminology } from '../../src/commands/operations/terminology-sources.ts'
import type { Resource } from '../../src/fhir/resource.ts'
import { definitionsOf } from '../../src/fhir/validation/profiles/definitions.ts'
import type { Definitions } from '../../src/fhir/validation/profiles/profile-scope.ts'
import { validateProfiles } from '../../src/fhir/validation/profiles/validate-profiles.ts'
import { fhirCorpus } from './fhir-corpus.ts'

export const usCore = 'http://hl7.org/fhir/us/core/StructureDefinition/'

/** The resources of US Core 8.0.0: profiles, extensions, value sets. */
export const usCoreResources = (): readonly Resource[] =>
  fhirCorpus('us-core-8.0.0/definitions').map(({ resource }) => resource)

export const definitionsWith = (resources: readonly Resource[]): Definitions =>
  definitionsOf(resources, shippedTerminology)

/** `code expression` of the errors and warnings that the profiles of a resource bring. */
export function profileFaults(
  resource: unknown,
  definitions: Definitions,
  ...asked: readonly string[]
): readonly string[] {
  return validateProfiles(resource, definitions, asked)
    .filter(({ severity }) => severity !== 'information')
    .map(
      ({ severity, code, expression }) =>
        `${severity === 'error' ? '' : `${severity} `}${code} ${expression}`,
    )
}

export const TEST_PROFILE = 'https://test.example/StructureDefinition/test'

/** A profile with a differential only: the elements by their ids. */
export const profileOf = (
  type: string,
  elements: Readonly<Record<string, object>>,
  more: Readonly<Record<string, unknown>> = {},
): Resource => ({
  ...{ resourceType: 'StructureDefinition', url: TEST_PROFILE, type, kind: 'resource' },
  ...{ derivation: 'constraint', baseDefinition: `http://hl7.org/fhir/StructureDefinition/${type}` },
  differential: {
    element: Object.entries(elements).map(([id, rest]) => ({
      ...{ id, path: id.replaceAll(/:[^.]*/g, '') },
      ...rest,
    })),
  },
  ...more,
})

/** Faults of a resource against a differential of its type. */
export const faultsBy = (
  elements: Readonly<Record<string, object>>,
  resource: Resource,
  ...others: readonly Resource[]
): readonly string[] =>
  profileFaults(
    resource,
    definitionsWith([profileOf(resource.resourceType, elements), ...others]),
    TEST_PROFILE,
  )
