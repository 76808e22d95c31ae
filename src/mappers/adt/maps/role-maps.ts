import type { CareTeamParticipant, EncounterParticipant, PractitionerRole } from '@medplum/fhirtypes'
import type { TableName } from '../codes.ts'
import { valued } from '../resources/element.ts'
import { rowsFor, segmentMap, type Scene } from '../rows.ts'
import { dtmEnd } from '../types/period.ts'
import { concept, dateTime, organization, place, practitioner, telecom } from './row-values.ts'

const roleRow = rowsFor<PractitionerRole>()
const participantRow = rowsFor<{ participant: EncounterParticipant[] }>()
const memberRow = rowsFor<{ participant: CareTeamParticipant[] }>()

const shared =
  'A PractitionerRole is shared by all who are treated in it: it has no period and no number of one patient.'

/** ROL -> PractitionerRole of the directory. */
const rolPractitionerRole = segmentMap(
  'ROL[PractitionerRole]',
  ['code', 'specialty', 'location', 'telecom'],
  [
    roleRow({
      v2: 'ROL-3',
      to: 'code',
      via: 'CWE[CodeableConcept]',
      ours: shared,
      value: concept({ map: 'ProviderRole' }),
    }),
    roleRow({ v2: 'ROL-4', to: 'practitioner', via: 'XCN[Practitioner]', ours: shared, value: practitioner }),
    roleRow({
      v2: 'ROL-9',
      to: 'specialty',
      via: 'CWE[CodeableConcept]',
      ours: shared,
      value: concept({ table: '0182' }),
    }),
    roleRow({ v2: 'ROL-12', to: 'telecom', via: 'XTN[ContactPoint]', ours: shared, value: telecom('work') }),
    roleRow({ v2: 'ROL-13', to: 'location', via: 'PL[Location]', ours: shared, value: place }),
    roleRow({
      v2: 'ROL-14',
      to: 'organization',
      via: 'XON[Organization]',
      ours: shared,
      value: organization,
    }),
  ],
)

/** PRT -> PractitionerRole of the directory, in the guide's order. */
const prtPractitionerRole = segmentMap(
  'PRT[PractitionerRole]',
  ['code', 'specialty', 'location', 'telecom'],
  [
    roleRow({
      v2: 'PRT-4',
      to: 'code',
      via: 'CWE[CodeableConcept]',
      value: concept({ map: 'Participation' }),
    }),
    roleRow({ v2: 'PRT-5', to: 'practitioner(Practitioner)', via: 'XCN[Practitioner]', value: practitioner }),
    roleRow({ v2: 'PRT-6', to: 'specialty', via: 'CWE[CodeableConcept]', value: concept({ table: '0182' }) }),
    roleRow({ v2: 'PRT-8', to: 'organization(Organization)', via: 'XON[Organization]', value: organization }),
    roleRow({ v2: 'PRT-9', to: 'location(Location)', via: 'PL[Location]', value: place }),
    roleRow({ v2: 'PRT-15', to: 'telecom', via: 'XTN[ContactPoint]', value: telecom('work') }),
  ],
)

/** HL7 tables 0443 and 0912 -> v3 ParticipationType where neither guide's map has the pair, so that both segments agree. */
const type = (map: TableName) => concept({ map })

const end =
  (start: number) =>
  (dtm: Parameters<typeof valued>[0], { segment, context, at }: Scene) =>
    dtmEnd(valued(dtm), segment.text(start) ?? undefined, context, at)

/** ROL -> Encounter.participant, in the guide's order; who takes part is told in roles.ts. */
const rolEncounter = segmentMap(
  'ROL[Encounter-PractitionerRole]',
  ['participant', 'participant.type'],
  [
    participantRow({
      v2: 'ROL-3',
      to: 'participant[1].type',
      via: 'CWE[CodeableConcept]',
      value: type('ProviderRole'),
    }),
    participantRow({ v2: 'ROL-5', to: 'participant[1].period.start', via: '', value: dateTime }),
    participantRow({ v2: 'ROL-6', to: 'participant[1].period.end', via: '', value: end(5) }),
  ],
)

const prtOurs =
  'The guide leads PRT to other resources only; who takes part in a visit is said by PRT from 2.9 on.'

/** PRT -> Encounter.participant. */
const prtEncounter = segmentMap(
  'PRT[Encounter]',
  ['participant', 'participant.type'],
  [
    participantRow({
      v2: 'PRT-4',
      to: 'participant[1].type',
      via: 'CWE[CodeableConcept]',
      ours: prtOurs,
      value: type('ProviderRole'),
    }),
    participantRow({
      v2: 'PRT-11',
      to: 'participant[1].period.start',
      via: '',
      ours: prtOurs,
      value: dateTime,
    }),
    participantRow({ v2: 'PRT-12', to: 'participant[1].period.end', via: '', ours: prtOurs, value: end(11) }),
  ],
)

/** ROL -> CareTeam of the hospital, in the guide's order. */
const rolCareTeam = segmentMap(
  'ROL[CareTeam]',
  ['participant', 'participant.role'],
  [
    memberRow({
      v2: 'ROL-3',
      to: 'participant.role[1]',
      via: 'CWE[CodeableConcept]',
      value: concept({ map: 'ProviderRole' }),
    }),
    memberRow({
      v2: 'ROL-4',
      to: 'participant.member(Practitioner[1])',
      via: 'XCN[Practitioner]',
      value: practitioner,
    }),
    memberRow({ v2: 'ROL-5', to: 'participant.period.start', via: '', value: dateTime }),
    memberRow({ v2: 'ROL-6', to: 'participant.period.end', via: '', value: end(5) }),
    memberRow({
      v2: 'ROL-9',
      to: 'participant.role[2]',
      via: 'CWE[CodeableConcept]',
      value: concept({ table: '0182' }),
    }),
    memberRow({
      v2: 'ROL-14',
      to: 'participant.onBehalfOf(Organization[1])',
      via: 'XON[Organization]',
      when: ({ segment }) => segment.rawField(4) !== '',
      value: organization,
    }),
    memberRow({
      v2: 'ROL-14',
      to: 'participant.member(Organization[1])',
      via: 'XON[Organization]',
      when: ({ segment }) => segment.rawField(4) === '',
      value: organization,
    }),
  ],
)

/** PRT -> CareTeam of the hospital, in the guide's order. */
const prtCareTeam = segmentMap(
  'PRT[CareTeam]',
  ['participant', 'participant.role'],
  [
    memberRow({
      v2: 'PRT-4',
      to: 'participant.role',
      via: 'CWE[CodeableConcept]',
      value: concept({ map: 'ProviderRole' }),
    }),
    memberRow({
      v2: 'PRT-5',
      to: 'participant.member(Practitioner)',
      ig: 'participant[1].member(Practitioner)',
      via: 'XCN[Practitioner]',
      value: practitioner,
    }),
    memberRow({
      v2: 'PRT-8',
      to: 'participant.member(Organization)',
      via: 'XON[Organization]',
      when: ({ segment }) => segment.rawField(5) === '',
      value: organization,
    }),
    memberRow({
      v2: 'PRT-8',
      to: 'participant.onBehalfOf(Organization)',
      via: 'XON[Organization]',
      when: ({ segment }) => segment.rawField(5) !== '',
      value: organization,
    }),
    memberRow({
      v2: 'PRT-11',
      to: 'participant.period.start',
      ig: 'participant.coveragePeriod.start',
      via: 'DTM[DateTime]',
      value: dateTime,
    }),
    memberRow({
      v2: 'PRT-12',
      to: 'participant.period.end',
      ig: 'participant.coveragePeriod.end',
      via: 'DTM[DateTime]',
      value: end(11),
    }),
  ],
)

/** Where ROL and PRT say what, and the maps that read them. */
export const roleLayouts = {
  ROL: {
    code: 3,
    person: 4,
    more: [12, 13, 14],
    role: rolPractitionerRole,
    participant: rolEncounter,
    member: rolCareTeam,
  },
  PRT: {
    code: 4,
    person: 5,
    more: [8, 9, 15],
    role: prtPractitionerRole,
    participant: prtEncounter,
    member: prtCareTeam,
  },
} as const
