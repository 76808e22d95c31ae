import type { Identifier } from '@medplum/fhirtypes'
import { fail, ok, type Failure, type Result } from '../../lib/result.ts'
import { sameValue } from '../../lib/same-value.ts'
import type { Json, Resource } from '../../fhir/resource.ts'
import { badInput } from '../../fhir/operations/operation-input.ts'
import { mergeCycle } from '../../mappers/adt/apply-message.ts'
import type { PersonsStatement } from '../../mappers/adt/identity/apply-statement.ts'
import type { Laid } from '../../mappers/adt/identity/identity-fact.ts'
import { clusterOf, identityOf, ownerOf, type Identity } from '../../mappers/adt/identity/identity.ts'
import { identifierKey } from '../../mappers/adt/types/cx-identifier.ts'
import type { View } from '../ingest-adt/prepared.ts'
import { partyUnknown } from './merge-parties.ts'

/** Whom a merge was of: the source is (or was) merged into the target. Ids of Patients. */
export interface Parties {
  readonly source: string
  readonly target: string
}

type Said = Parties & Pick<PersonsStatement, 'kind' | 'from' | 'to' | 'old' | 'undo' | 'security'>

interface Named {
  readonly source: string
  readonly target?: string
}

const identityIn = (view: View, ids: readonly string[]): Identity =>
  identityOf(clusterOf(ids, view.facts).flatMap(view.facts))

/** What a merge says, where it may be said. */
export function mergeSaid(view: View, { source, target }: Named, result?: Resource): Result<Said> {
  if (target === undefined) return badInput('target-patient or target-patient-identifier must be there')
  if (source === target) return fail(withItself)
  const [from, to] = [source, target].map(id => view.get({ type: 'Patient', id }))
  if (!from) return fail(partyUnknown('source-patient'))
  if (!to) return fail(partyUnknown('target-patient'))
  const identity = identityIn(view, [source, target])
  if (ownerOf(identity, target) === source) return fail(mergeCycle)
  if (isGone(from, identity)) return fail(gone('source-patient'))
  if (isGone(to, identity)) return fail(gone('target-patient'))
  const laid = result ? laidOver(to, { source: from, result }) : ok(undefined)
  if (!laid.ok) return laid
  const has = new Set(identifiersOf(to).map(identifierKey))
  const lent = lentTo(source, view, identity)
  const undo = {
    ...(from['active'] === true && { [source]: { before: { active: true }, after: { active: false } } }),
    ...(laid.value && { [target]: laid.value }),
  }
  return ok({
    ...{ source, target, kind: 'merge', from: source, to: target },
    old: json(
      identifiersOf(from).filter(one => !has.has(identifierKey(one)) && !lent.has(identifierKey(one))),
    ),
    security: (from.meta?.['security'] ?? []) as readonly Json[],
    ...(Object.keys(undo).length > 0 && { undo }),
  })
}

/** Old numbers that a patient has of those who were merged into it: they follow from these, and go when these do. */
function lentTo(source: string, view: View, identity: Identity): ReadonlySet<string> {
  const lenders = new Set([...identity.parents.keys()].filter(id => ownerOf(identity, id) === source))
  const said = identity.statements.filter(({ kind, from }) => kind === 'merge' && lenders.has(from))
  const theirs = said.flatMap(({ old = [] }) => old as unknown as readonly Identifier[])
  return new Set(theirs.map(identifierKey))
}

/** What taking a merge back says. Failure: `not-merged`. */
export function unmergeSaid(view: View, { source, target }: Named): Result<Said> {
  if (!view.get({ type: 'Patient', id: source })) return fail(partyUnknown('source-patient'))
  const identity = identityIn(view, [source])
  const edge = identity.parents.get(source)
  const into = target ?? edge?.to
  if (edge?.statement.kind !== 'merge' || into === undefined || !isOnWay(identity, source, into))
    return fail(notMerged)
  return ok({ source, target: into, kind: 'unlink', from: into, to: source })
}

function isOnWay({ parents }: Identity, source: string, target: string): boolean {
  for (let edge = parents.get(source); edge; edge = parents.get(edge.to)) if (edge.to === target) return true
  return false
}

/** Merged into another, by what was said here or by whoever wrote the Patient. */
const isGone = ({ id = '', link }: Resource, { parents }: Identity): boolean =>
  parents.has(id) ||
  (Array.isArray(link) && link.some(one => (one as { readonly type?: string }).type === 'replaced-by'))

/** What the caller wants the target to look like beside what is computed: identifiers of the source and links are. */
function laidOver(
  target: Resource,
  { source, result }: { readonly source: Resource; readonly result: Resource },
): Result<Laid | undefined> {
  if (result.resourceType !== 'Patient' || result.id !== target.id)
    return badInput('result-patient must be the target: a Patient with its id')
  if (!replaces(result, source))
    return badInput('result-patient.link must name the source as the one that the target replaces')
  const theirs = new Set(identifiersOf(source).map(identifierKey))
  const identifier = identifiersOf(result).filter(one => !theirs.has(identifierKey(one)))
  const kept = new Set(identifier.map(identifierKey))
  if (!identifiersOf(target).every(one => kept.has(identifierKey(one)) || theirs.has(identifierKey(one))))
    return badInput('result-patient.identifier must hold every identifier of the target')
  const { identifier: _all, ...rest } = result
  const wanted: Elements = { ...rest, ...(identifier.length > 0 && { identifier }) }
  const names = new Set([...Object.keys(target), ...Object.keys(wanted)])
  const differing = [...names].filter(name => !COMPUTED.has(name) && !sameValue(target[name], wanted[name]))
  const part = (of: Elements): Laid['before'] =>
    Object.fromEntries(
      differing.flatMap(name => (of[name] === undefined ? [] : [[name, of[name]]])),
    ) as Laid['before']
  return ok(differing.length === 0 ? undefined : { before: part(target), after: part(wanted) })
}

type Elements = Readonly<Record<string, unknown>>

/** Elements that a merge computes, or that are not the caller's. */
const COMPUTED: ReadonlySet<string> = new Set(['resourceType', 'id', 'meta', 'link', 'active'])

function replaces({ link }: Resource, { id }: Resource): boolean {
  if (!Array.isArray(link)) return false
  return link.some(one => {
    const { type, other } = one as {
      readonly type?: string
      readonly other?: { readonly reference?: string }
    }
    return type === 'replaces' && other?.reference?.endsWith(`Patient/${id ?? ''}`) === true
  })
}

const identifiersOf = ({ identifier }: Resource): readonly Identifier[] =>
  Array.isArray(identifier) ? (identifier as readonly Identifier[]) : []

const json = (identifiers: readonly Identifier[]): readonly Json[] =>
  identifiers as unknown as readonly Json[]

const withItself: Failure = {
  kind: 'unprocessable',
  code: 'merge-with-itself',
  message: 'The source and the target are the same patient: nothing can be merged with itself.',
  expression: 'target-patient',
}

const gone = (expression: string): Failure => ({
  kind: 'unprocessable',
  code: 'merge-party-gone',
  message: `The ${expression} was merged into another patient already (Patient.link): merge that one, or take it back first.`,
  expression,
})

const notMerged: Failure = {
  kind: 'unprocessable',
  code: 'not-merged',
  message:
    'The source is not merged into that patient by anything that was said here: there is nothing to take back.',
  expression: 'source-patient',
}
