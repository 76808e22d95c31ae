import { fail, ok, type FailureIssue, type Result } from '../../lib/result.ts'
import { outcome, okOutcome, type Outcome } from '../../fhir/outcome.ts'
import type { Resource } from '../../fhir/resource.ts'
import { isResourceType } from '../../fhir/resource-types.ts'
import { parseJson } from '../../lib/json.ts'
import { validateProfiles } from '../../fhir/validation/profiles/validate-profiles.ts'
import type { FhirDeps } from '../fhir/fhir-deps.ts'
import { readCurrent } from '../fhir/fhir-read.ts'

export interface ValidateRequest {
  readonly type: string
  readonly id?: string
  /** What to look at; without it the one that is stored. */
  readonly resource?: Resource
  readonly mode?: string
  readonly profile?: string
}

const modes = ['create', 'update', 'delete', 'profile'] as const

/**
 * `$validate` (http://hl7.org/fhir/R4/resource-operation-validate.html): every fault of a resource, and whether it could be
 * created, updated or deleted as asked; nothing is written. Failures: `operation-input`, `profile-not-loaded`, those of a
 * read when there is no such resource.
 */
export async function validate(deps: FhirDeps, request: ValidateRequest): Promise<Result<Outcome>> {
  const { type, id, mode, profile } = request
  const known = modes.find(each => each === mode)
  if (mode !== undefined && !known) return bad(`mode must be one of ${modes.join(', ')}`)
  const base = profile === undefined ? ok(undefined) : knownProfile(deps, profile)
  if (!base.ok) return base
  const stored = id !== undefined && known !== 'create' ? await readCurrent(deps, { type, id }) : undefined
  if (stored && !stored.ok && (known === 'delete' || !request.resource)) return stored
  if (known === 'delete') {
    return id === undefined
      ? bad('mode delete is for an instance: Type/id/$validate')
      : ok(okOutcome('It can be deleted, unless the law of its case forbids it.'))
  }
  const resource =
    request.resource ?? (stored?.ok ? (parseJson(stored.value.content) as Resource) : undefined)
  if (!resource) return bad('the parameter resource is missing')
  const issues = [
    ...deps.validate(resource),
    ...profileIssues(deps, resource, base.value === undefined ? profile : undefined),
    ...addressIssues(resource, { ...request, ...(known && { mode: known }) }),
    ...baseIssues(resource, base.value),
  ]
  return ok(issues.length === 0 ? okOutcome('No fault was found.') : outcome(issues))
}

const bad = (text: string): Result<never> =>
  fail({ kind: 'invalid', code: 'operation-input', message: `${text}.` })

const error = (code: string, diagnostics: string, expression: string): FailureIssue => ({
  ...{ severity: 'error', code, diagnostics, expression },
})

function addressIssues(resource: Resource, { type, id, mode }: ValidateRequest): readonly FailureIssue[] {
  const { resourceType } = resource
  if (resourceType !== type)
    return [error('invalid', `Must be a ${type}, as the address says`, 'resourceType')]
  if (id !== undefined && mode !== 'create' && resource.id !== id) {
    return [error('invalid', 'The id must be the one in the address', `${type}.id`)]
  }
  return mode === 'update' && id === undefined && resource.id === undefined
    ? [error('required', 'An update needs an id', `${type}.id`)]
    : []
}

const BASE_PROFILE = /^http:\/\/hl7\.org\/fhir\/StructureDefinition\/([A-Za-z]+)(?:\|4\.0(?:\.[01])?)?$/

/** The type whose base definition a profile is, undefined for one of IG_PACKAGES. Failure: `profile-not-loaded`. */
function knownProfile({ packages }: FhirDeps, profile: string): Result<string | undefined> {
  const type = baseTypeOf(profile)
  if (type !== undefined && (isResourceType(type) || type === 'Resource' || type === 'DomainResource')) {
    return ok(type)
  }
  if (packages?.definitions.profile(profile)) return ok(undefined)
  const message = `The profile ${profile.replaceAll(/[^\w:/.|-]/g, '?').slice(0, 200)} is not loaded: only the base definitions of R4 (http://hl7.org/fhir/StructureDefinition/Type) and the packages named in IG_PACKAGES are.`
  return fail({ kind: 'unsupported', code: 'profile-not-loaded', message })
}

const withoutNarrative: ReadonlySet<string> = new Set(['Bundle', 'Binary', 'Parameters'])

function baseIssues({ resourceType }: Resource, base: string | undefined): readonly FailureIssue[] {
  const isOf =
    base === undefined ||
    base === 'Resource' ||
    base === resourceType ||
    (base === 'DomainResource' && !withoutNarrative.has(resourceType))
  return isOf ? [] : [error('invalid', `The profile is one of ${base}`, 'resourceType')]
}

function profileIssues(
  { packages }: FhirDeps,
  resource: Resource,
  asked: string | undefined,
): readonly FailureIssue[] {
  if (!packages) return uncheckedIssues(resource)
  return validateProfiles(resource, packages.definitions, asked === undefined ? [] : [asked])
}

/** Where no package is loaded, nothing else speaks of the profiles that a resource claims. */
const uncheckedIssues = ({ resourceType, meta }: Resource): readonly FailureIssue[] =>
  (meta?.profile ?? []).every(url => baseTypeOf(url) === resourceType)
    ? []
    : [
        {
          severity: 'warning',
          code: 'not-supported',
          diagnostics:
            'A profile in meta.profile is not loaded here (IG_PACKAGES); the resource was checked against R4 alone',
          expression: `${resourceType}.meta.profile`,
        },
      ]

const baseTypeOf = (url: unknown): string | undefined =>
  typeof url === 'string' ? BASE_PROFILE.exec(url)?.[1] : undefined
