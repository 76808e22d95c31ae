import type {
  CareTeam,
  CareTeamParticipant,
  EncounterParticipant,
  PractitionerRole,
  Reference,
} from '@medplum/fhirtypes'
import type { Segment } from '../../../hl7v2/segment.ts'
import { knownId } from '../../../lib/ids.ts'
import { derived, type Derived } from '../resources/derived.ts'
import { directoryId } from '../resources/directory.ts'
import { isPrimaryCare, isUnlinked, type Group } from '../registers/groups.ts'
import type { MapContext } from '../map-context.ts'
import { roleLayouts } from '../maps/role-maps.ts'
import { applyRows } from '../rows.ts'
import { encounterIn, type Scope } from '../registers/scope.ts'
import { xcnToReference } from '../types/xcn-practitioner.ts'
import { conceptOf, itemsOf, listed, saidOn, type Item } from './item.ts'

const layoutOf = ({ name }: Segment) => roleLayouts[name as 'ROL' | 'PRT']

/** HL7 tables 0287 and 0206: deleted. */
const DELETED: ReadonlySet<string> = new Set(['DE', 'D'])

const actionOf = (segment: Segment): string => segment.text(2)?.toUpperCase() ?? ''

/** A role that was taken back or is over. */
export const hasEnded = (segment: Segment): boolean => DELETED.has(actionOf(segment)) || isUnlinked(segment)

/** Who has a role. */
export function personOf(segment: Segment, context: MapContext): Reference<never> | undefined {
  const [xcn] = segment.repetitions(layoutOf(segment).person)
  return (xcn && xcnToReference(xcn, context)) as Reference<never> | undefined
}

/** A person in a role at an organisation, one per distinct three; undefined for one who has no number. */
export function roleOf(segment: Segment, context: MapContext): Derived | undefined {
  const person = personOf(segment, context)
  const said = applyRows(layoutOf(segment).role, segment, context) as Partial<PractitionerRole>
  const [code] = said.code ?? []
  if (person?.reference === undefined || !code) return undefined
  const coding = code.coding?.at(-1)
  const name = coding ? `${coding.system ?? ''}|${coding.code ?? ''}` : (code.text ?? '')
  const key = `${person.reference}|${name}|${said.organization?.reference ?? ''}`
  return derived<PractitionerRole>({
    resourceType: 'PractitionerRole',
    id: directoryId('PractitionerRole', key, context),
    ...said,
  })
}

/** The person's role where a segment says where it is had or how it is reached, else the person. */
function individualOf(segment: Segment, context: MapContext): Reference<never> | undefined {
  const person = personOf(segment, context)
  if (!layoutOf(segment).more.some(field => segment.rawField(field) !== '')) return person
  const role = roleOf(segment, context)
  if (!role) return person
  const display = person?.display
  return { reference: `PractitionerRole/${role.id}`, ...(display !== undefined && { display }) }
}

const GROUPS: readonly Group[] = ['ROL', 'PRT']

/** Roles of a scope that still stand; those of primary care are the patient's own doctors. */
const standing = (scope: Scope, isPrimary: boolean): readonly Item[] =>
  GROUPS.flatMap(group => itemsOf(scope, group, 'PractitionerRole')).filter(
    ({ item, segment }) =>
      item.isCurrent &&
      !DELETED.has(actionOf(segment)) &&
      isPrimaryCare(segment.text(layoutOf(segment).code)) === isPrimary,
  )

/** Patient.generalPractitioner by ROL and PRT. */
export const primaryCare = (scope: Scope): readonly Reference<never>[] =>
  standing(scope, true)
    .filter(({ segment }) => !hasEnded(segment))
    .flatMap(({ segment, context }) => individualOf(segment, context) ?? [])

/** Encounter.participant by ROL and PRT; one that was unlinked ended then. */
export const participants = (scope: Scope): readonly EncounterParticipant[] =>
  standing(scope, false).flatMap(({ item, segment, context }) => {
    const individual = individualOf(segment, context)
    const said = applyRows(layoutOf(segment).participant, segment, context)
    const [participant] = (said['participant'] ?? []) as EncounterParticipant[]
    return individual ? [{ ...participant, ...endOf(participant, segment, saidOn(item)), individual }] : []
  })

function endOf(
  said: Pick<EncounterParticipant, 'period'> | undefined,
  segment: Segment,
  day: string,
): Pick<EncounterParticipant, 'period'> {
  if (!isUnlinked(segment) || said?.period?.end !== undefined) return {}
  const start = said?.period?.start
  return start !== undefined && start.slice(0, day.length) > day
    ? {}
    : { period: { ...said?.period, end: day } }
}

const CATEGORY = conceptOf('http://loinc.org', 'LA27976-2', 'Encounter-focused care team')

/** The hospital's team, a resource of its own beside the teams of cases; undefined where nobody told of one. */
export function hospitalTeam(scope: Scope, isOver: boolean): Derived | undefined {
  const ever = GROUPS.flatMap(group => itemsOf(scope, group, 'PractitionerRole'))
  const first = ever.find(({ segment }) => !isPrimaryCare(segment.text(layoutOf(segment).code)))
  if (!first) return undefined
  const members = standing(scope, false).flatMap(({ item, segment, context }) => {
    const said = applyRows(layoutOf(segment).member, segment, context)
    const [member] = (said['participant'] ?? []) as CareTeamParticipant[]
    return member?.member ? [{ ...member, ...endOf(member, segment, saidOn(item)) }] : []
  })
  const { tenant } = first.context.settings
  const name = [scope.patientId, scope.visitId ?? '', 'hospital'].join('|')
  return derived<CareTeam>({
    resourceType: 'CareTeam',
    id: knownId(scope.shard, tenant, 'CareTeam', name),
    status: isOver || members.length === 0 ? 'inactive' : 'active',
    category: [CATEGORY],
    name: 'Hospital team',
    subject: scope.subject,
    encounter: encounterIn(scope),
    participant: listed(members),
  })
}
