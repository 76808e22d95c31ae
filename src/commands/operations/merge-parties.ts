import { parseJson } from '../../lib/json.ts'
import { fail, ok, type Failure, type Result } from '../../lib/result.ts'
import type { Resource } from '../../fhir/resource.ts'
import { parseSearch } from '../../fhir/search/parse-search.ts'
import type { FhirDeps } from '../fhir/fhir-deps.ts'
import { searchWithin } from '../fhir/fhir-visibility.ts'

/** An Identifier, as far as it names somebody. */
export interface IdentifierGiven {
  readonly system?: string
  readonly value: string
}

/** A patient as a caller names one: by id, by identifiers that all are that patient's, or by both. */
export interface PartyGiven {
  /** Name of the parameter: `source-patient`. */
  readonly name: string
  readonly id?: string
  readonly identifiers: readonly IdentifierGiven[]
}

/** How many have an identifier that is to name one. */
const FOUND_MAX = 10

/**
 * Id of the patient that is meant. An identifier that a patient has no more (use=old) counts only where nobody else has it.
 * Failures: `merge-party-unknown`, `merge-party-ambiguous`; whether who is named by id stands is seen when all is loaded.
 */
export async function partyIn(deps: FhirDeps, given: PartyGiven): Promise<Result<string>> {
  const { id, identifiers } = given
  if (identifiers.length === 0 && id !== undefined) return ok(id)
  const pairs = [
    ...identifiers.map(one => ['identifier', tokenOf(one)] as const),
    ['_count', String(FOUND_MAX)] as const,
  ]
  const { base, clock } = deps
  const parsed = parseSearch({ type: 'Patient', pairs, lenient: false, base, nowMs: clock.nowMs() })
  if (!parsed.ok) return parsed
  const found = await searchWithin(deps, parsed.value.plan)
  if (!found.ok) return found
  const all = found.value.matches.map(({ content }) => parseJson(content) as Resource)
  const named = id === undefined ? all : all.filter(one => one.id === id)
  const present = named.filter(one => identifiers.every(wanted => hasNow(one, wanted)))
  const [first, ...more] = present.length > 0 ? present : named
  if (first?.id === undefined) return fail(partyUnknown(given.name))
  return more.length > 0 ? fail(ambiguous(given.name)) : ok(first.id)
}

/** Whether a patient has the identifier, and not as one of the past. */
const hasNow = ({ identifier }: Resource, { system, value }: IdentifierGiven): boolean =>
  (identifier as readonly (IdentifierGiven & { readonly use?: string })[] | undefined)?.some(
    one => one.value === value && (system === undefined || one.system === system) && one.use !== 'old',
  ) ?? false

const tokenOf = ({ system, value }: IdentifierGiven): string =>
  system === undefined ? escaped(value) : `${escaped(system)}|${escaped(value)}`

const escaped = (text: string): string => text.replaceAll(/[\\,$|]/g, sign => `\\${sign}`)

export const partyUnknown = (expression: string): Failure => ({
  kind: 'unprocessable',
  code: 'merge-party-unknown',
  message: `No patient is the one that ${expression} names: ask for the id, or for an identifier with its system.`,
  expression,
})

const ambiguous = (expression: string): Failure => ({
  kind: 'unprocessable',
  code: 'merge-party-ambiguous',
  message: `Several patients are the one that ${expression} names: name one by its id.`,
  expression,
})
