import type { CareTeam, Coverage, Extension, Identifier, RelatedPerson } from '@medplum/fhirtypes'
import { derivedId } from '../../../lib/ids.ts'
import type { Segment } from '../../../hl7v2/segment.ts'
import { derived, type Derived } from '../resources/derived.ts'
import { momentOf, type MapContext } from '../map-context.ts'
import { in1Coverage, in1Subscriber, isSelf } from '../maps/in1-coverage.ts'
import { in2Coverage, isPatientInsured } from '../maps/in2-coverage.ts'
import { in3CareTeam, in3Coverage } from '../maps/in3-coverage.ts'
import { applyRows } from '../rows.ts'
import type { Scope } from '../registers/scope.ts'
import { identifierKey } from '../types/cx-identifier.ts'
import { xonToReference } from '../types/xon-organization.ts'
import { itemsOf, listed, noteExtensions, saidOn, type Item } from './item.ts'

/** IN1 with its IN2 and IN3: insurance. */
export const plans = (scope: Scope): readonly Item[] => itemsOf(scope, 'IN1', 'Coverage')

/** Insurance: the plan, who is insured where it isn't the patient, and who manages the case for the plan. */
export function coverages(scope: Scope, items: readonly Item[]): readonly Derived[] {
  return items.flatMap(plan => {
    const person = subscriberOf(scope, plan)
    const team = payorTeam(scope, plan)
    return [coverage(scope, plan, person), ...(person ? [person] : []), ...(team ? [team] : [])]
  })
}

/** A plan that is no longer listed, or whose end was past when it was said, is cancelled. */
function coverage(scope: Scope, plan: Item, person: Derived | undefined): Derived {
  const { item, segment, followers, context, id } = plan
  const said = applyRows(in1Coverage, segment, context) as Partial<Coverage>
  const more = followers
    .filter(({ name }) => name === 'IN2')
    .map(in2 => applyRows(in2Coverage, in2, context) as Partial<Coverage>)
  return derived<Coverage>({
    resourceType: 'Coverage',
    id,
    status: item.isCurrent && !isExpired(plan) ? 'active' : 'cancelled',
    ...(isInsured(plan) && { subscriber: scope.subject }),
    beneficiary: scope.subject,
    ...said,
    relationship: said.relationship ?? more.find(one => one.relationship)?.relationship,
    ...(person && { subscriber: { reference: `RelatedPerson/${person.id}`, ...displayOf(said) } }),
    extension: listed([
      ...(said.extension ?? []),
      ...certifications(followers, context),
      ...(noteExtensions(followers, context) ?? []),
    ]),
    identifier: identifiersOf(said.identifier, more),
    payor: said.payor ?? [payorOf(segment, context) ?? scope.subject],
  })
}

const displayOf = ({ subscriber }: Partial<Coverage>): { display?: string } =>
  subscriber?.display === undefined ? {} : { display: subscriber.display }

/** IN1-17, else IN2-72: the patient is the insured. */
const isInsured = ({ segment, followers }: Item): boolean =>
  segment.text(17) === undefined || segment.text(17) === null
    ? followers.some(one => one.name === 'IN2' && isPatientInsured(one))
    : isSelf(segment.text(17))

/** Of each IN2 the numbers that IN1 doesn't say already. */
function identifiersOf(
  said: Identifier[] | undefined,
  others: readonly Partial<Coverage>[],
): Identifier[] | undefined {
  const more = others.flatMap(({ identifier }) => identifier ?? [])
  if (more.length === 0) return said
  const all = [...(said ?? []), ...more]
  return all.filter((one, at) => all.findIndex(other => identifierKey(other) === identifierKey(one)) === at)
}

/** Each IN3 is one certification. */
function certifications(followers: readonly Segment[], context: MapContext): readonly Extension[] {
  const url = `${context.settings.canonicalBase}/StructureDefinition/coverage-certification`
  return followers
    .filter(({ name }) => name === 'IN3')
    .flatMap(in3 => {
      const parts = applyRows(in3Coverage, in3, context)['extension'] as Extension[] | undefined
      return parts ? [{ url, extension: parts }] : []
    })
}

/** An insurer with a number only; FHIR demands a payor, and without any the patient pays. */
function payorOf(in1: Segment, context: MapContext): Coverage['payor'][number] | undefined {
  const numbered = in1.repetitions(3)[0]
  return numbered && xonToReference(undefined, context, numbered)
}

function isExpired({ item, segment, context }: Item): boolean {
  const end = momentOf(segment.text(13) ?? undefined, context, 'IN1-13')
  return end !== undefined && end.instant.slice(0, 10) < saidOn(item)
}

/** Who is insured, where that is somebody else whom the segment names. */
function subscriberOf(scope: Scope, plan: Item): Derived | undefined {
  const { item, segment, context, id } = plan
  if (isInsured(plan) || !(segment.text(16) ?? segment.text(16, 2))) return undefined
  return derived<RelatedPerson>({
    resourceType: 'RelatedPerson',
    id: derivedId(scope.shard, context.settings.tenant, 'RelatedPerson', `${id}|subscriber`),
    active: item.isCurrent,
    patient: scope.subject,
    ...(applyRows(in1Subscriber, segment, context) as Partial<RelatedPerson>),
  })
}

/** IN3-21: the plan's case manager. */
function payorTeam(scope: Scope, plan: Item): Derived | undefined {
  const { item, segment, followers, context, id } = plan
  const participant = followers
    .filter(({ name }) => name === 'IN3')
    .flatMap(in3 => (applyRows(in3CareTeam, in3, context) as Partial<CareTeam>).participant ?? [])
  if (participant.length === 0) return undefined
  const payor = xonToReference(segment.repetitions(4)[0], context, segment.repetitions(3)[0])
  return derived<CareTeam>({
    resourceType: 'CareTeam',
    id: derivedId(scope.shard, context.settings.tenant, 'CareTeam', `${id}|payor`),
    status: item.isCurrent ? 'active' : 'inactive',
    name: 'Case management of the plan',
    subject: scope.subject,
    participant,
    managingOrganization: payor && [payor],
  })
}
