import type { Difference } from './differences.ts'

const PEOPLE = 'roles.ts, role-maps.ts'
const PERIOD_OF_OTHERS = 'An extension that the guide only proposes; it has no name yet.'

/** Differences of the segments that come as lists, as `differences` lists those of PID, PV1 and their like. */
export const listDifferences: readonly Difference[] = [
  {
    map: 'SFT[Device]',
    rows: [' type'],
    reason: 'The guide has no code for software either.',
  },
  {
    map: 'SFT[Device]',
    rows: ['SFT-6 *'],
    reason:
      'When software was installed at the sender differs by machine; a Device is shared by all of one release.',
  },
  {
    map: 'SFT[MessageHeader]',
    done: 'software.ts, provenance.ts',
    reason: 'There is no MessageHeader (see MSH); the software is a Device, an agent of the Provenance.',
  },
  {
    map: 'PD1[Observation-LivingWill]',
    rows: [' status', ' code.coding.system', ' code.coding.code'],
    done: 'person-observations.ts',
    reason: 'Constants of the resource, which is made where its id is.',
  },
  {
    map: 'AL1[AllergyIntolerance]',
    rows: ['AL1 clinicalStatus.coding.code', 'AL1 clinicalStatus.coding.system'],
    done: 'allergies.ts',
    reason: 'Active while its list names it.',
  },
  {
    map: 'AL1[AllergyIntolerance]',
    rows: ['AL1-2 category.extension[1].url', 'AL1-2 category.extension[1].valueCodeableConcept'],
    done: 'AL1-2 _type.extension[1]',
    reason:
      'Beside a list that may be empty an extension has no place of its own in JSON; the same field makes `type`, and the code as sent stands there.',
  },
  {
    map: 'AL1[AllergyIntolerance]',
    rows: ['AL1-4 reaction.severity'],
    done: 'the row of AL1-5',
    reason: 'A reaction needs a manifestation, which AL1-5 says.',
  },
  {
    map: 'IAM[AllergyIntolerance]',
    rows: [' clinicalStatus.coding.code', ' clinicalStatus.coding.system'],
    done: 'allergies.ts',
    reason: 'Active while IAM-6 and IAM-17 leave it so.',
  },
  {
    map: 'IAM[AllergyIntolerance]',
    rows: ['IAM-2 category.extension[1].url', 'IAM-2 category.extension[1].valueCodeableConcept'],
    done: 'IAM-2 _type.extension[1]',
    reason:
      'Beside a list that may be empty an extension has no place of its own in JSON; the same field makes `type`, and the code as sent stands there.',
  },
  {
    map: 'IAM[AllergyIntolerance]',
    rows: ['IAM-4 reaction.severity'],
    done: 'the row of IAM-5',
    reason: 'A reaction needs a manifestation, which IAM-5 says.',
  },
  {
    map: 'IAM[AllergyIntolerance]',
    rows: [
      'IAM-14 recorder.reference(Patient[1].name)',
      'IAM-14 recorder.reference(RelatedPerson.name)',
      'IAM-15 recorder.reference(RelatedPerson.relationship)',
    ],
    done: 'IAM-14 asserter',
    reason: 'IAM-15 says of which type the asserter is; a name alone makes no person of the record.',
  },
  {
    map: 'IAM[AllergyIntolerance]',
    rows: ['IAM-27 code[1]'],
    done: 'the row of IAM-3',
    reason: "Both fields make one code: the clinician's coding stands after that of IAM-3.",
  },
  {
    map: 'OBX[DocumentReference]',
    reason: 'Documents come with MDM and ORU messages; the text of an OBX in ADT is an observation.',
  },
  {
    map: 'OBX[Observation-Component]',
    reason:
      'What OBX-4 groups depends on the sender, as the guide itself says; each OBX is an Observation of its own, with OBX-4 kept.',
  },
  {
    map: 'OBX[Observation]',
    rows: ['OBX-4 $this'],
    done: 'OBX-4 extension[5]',
    reason: 'The guide leaves the meaning of OBX-4 to the implementer; it is kept as text.',
  },
  {
    map: 'OBX[Observation]',
    rows: [
      'OBX-5 valueCodeableConcept[1]',
      'OBX-5 valueRange[1]',
      'OBX-5 valueQuantity[1]',
      'OBX-6 valueQuantity[1]',
      'OBX-6 valueRange[1].low',
      'OBX-6 valueRange[1].high',
      'OBX-6 valueRatio[1].numerator',
      'OBX-6 valueRatio[1].denominator',
    ],
    done: 'the rows of OBX-5 (obx-value.ts)',
    reason: 'A value and its unit are one element: they are read together.',
  },
  {
    map: 'OBX[Observation]',
    rows: ['OBX-5 valueSampedData', 'OBX-5 extension[1].url', 'OBX-5 extension[1].valueAttachment'],
    done: 'OBX-5 valueString',
    reason:
      'Waveforms (NA) and documents (ED, RP) do not come with ADT; what is sent is kept as text, within the size limits of a message.',
  },
  {
    map: 'OBX[Observation]',
    rows: [
      'OBX-15 performer[2](PractitionerRole)',
      'OBX-16 performer[1](PractitionerRole.code.coding.code)',
      'OBX-16 performer[1](PractitionerRole.code.coding.system)',
      'OBX-23 performer[2](PractitionerRole[1].organization(Organization))',
      'OBX-24 performer[2](PractitionerRole[1].organization(Organization.address))',
      'OBX-25 performer[2](PractitionerRole[1].code.coding.code)',
      'OBX-25 performer[2](PractitionerRole[1].code.coding.system)',
    ],
    done: 'OBX-16, OBX-23, OBX-25 performer',
    reason: 'The performers are the Practitioners and the Organization themselves.',
  },
  {
    map: 'OBX[Observation]',
    rows: ['OBX-24 performer[2](Organization.address)'],
    done: 'directory-of.ts',
    reason: 'The address belongs to the Organization.',
  },
  {
    map: 'OBX[Observation]',
    rows: ['OBX-30 *'],
    reason: 'The guide has named no extension yet.',
  },
  {
    map: 'OBX[Observation]',
    rows: ['OBX-33 extension[1]*', 'OBX-33 extension[2]*', 'OBX-33 specimen(Specimen.identifier[1])'],
    done: 'OBX-33 specimen',
    reason:
      "Specimens come with laboratory messages; one is named by the laboratory's number, else the placer's.",
  },
  {
    map: 'PR1[Procedure]',
    rows: ['PR1 status'],
    done: 'procedures.ts',
    reason: 'PR1 has no status: it follows from PR1-5, the day it was told, PR1-20 and the list.',
  },
  {
    map: 'PR1[Procedure]',
    rows: ['PR1-16 code[1].value'],
    done: 'the row of PR1-3',
    reason:
      'The code with its modifiers is a coding of its own after the plain one, so that the procedure is still found by its code.',
  },
  {
    map: 'MRG[Account]',
    reason:
      'A number that is merged away belongs to the account that survives: MRG-3 is an old identifier of it (read-accounts.ts, accounts-of-cluster.ts), MRG-5 one of the Encounter; no account is made for it, and one that messages named before is inactive and part of the survivor (A35, A41) or goes on under the new number (A06, A07, A44, A49).',
  },
  {
    map: 'ROL[Encounter-PractitionerRole]',
    rows: ['ROL-1 *'],
    done: 'groups.ts',
    reason:
      'The instance of a role tells it from others of its list; a shared PractitionerRole has no number of one visit.',
  },
  {
    map: 'ROL[Encounter-PractitionerRole]',
    rows: [
      'ROL-4 participant[1].individual(PractitionerRole.practitioner)',
      'ROL-12 participant[1].individual(PractitionerRole.telecom)',
      'ROL-13 participant[1].individual(PractitionerRole.location(Location))',
      'ROL-14 participant[1].individual(PractitionerRole.organziation.(Organization))',
    ],
    done: PEOPLE,
    reason:
      'They are rows of the PractitionerRole, one per person, role and organisation; participant.individual is that role where ROL-12 to ROL-14 say more than who it is, else the Practitioner, who is found by it.',
  },
  {
    map: 'ROL[Encounter-PractitionerRole]',
    rows: [
      'ROL-7 ?participant[1].extension?-duration',
      'ROL-11 participant[1].individual(PractitionerRole.practioner(Practitioner.address))',
    ],
    reason:
      'A duration follows from begin and end; the address of an office is that of its organisation (ROL-14).',
  },
  {
    map: 'ROL[Patient-GeneralPractitioner]',
    done: PEOPLE,
    reason:
      'Roles PP and FHCP, wherever they stand: generalPractitioner is their PractitionerRole or Practitioner.',
  },
  {
    map: 'ROL[RelatedPerson]',
    reason: 'Relatives are told by NK1; a ROL names a provider by number or name.',
  },
  {
    map: 'ROL[CareTeam]',
    rows: ['ROL-4 participant.member(Patient[1])', 'ROL-4 participant.member(RelatedPerson[1])'],
    reason: 'XCN numbers a provider; relatives are told by NK1.',
  },
  {
    map: 'ROL[CareTeam]',
    rows: ['ROL-7 ?participant.period.extension??-duration'],
    reason: PERIOD_OF_OTHERS,
  },
  {
    map: 'ROL[CareTeam]',
    rows: [
      'ROL-8 reasonCode',
      'ROL-10 participant.onBehalfOf(Organization[1])',
      'ROL-10 participant.member(Organization[1].type)',
      'ROL-12 telecom',
    ],
    reason:
      'They are about one member, and their elements about the whole team or an organisation of all patients.',
  },
  {
    map: 'PRT[CareTeam]',
    rows: [
      'PRT-5 participant[2].member(RelatedPerson)',
      'PRT-5 participant[3].member(PractitionerRole)',
      'PRT-6 participant[3].member(PractitionerRole)',
    ],
    done: PEOPLE,
    reason: 'A member is the Practitioner; relatives are told by NK1.',
  },
  {
    map: 'PRT[CareTeam]',
    rows: ['PRT-14 *', 'PRT-15 *'],
    done: PEOPLE,
    reason: 'How somebody is reached stands in the PractitionerRole.',
  },
  {
    map: 'PRT[Device]',
    reason: 'Devices take part in observations and orders; an ADT visit has none.',
  },
  {
    map: 'PRT[Observation-Location]',
    reason: 'Where an observation was made is where the visit was then (Encounter.location).',
  },
  {
    map: 'PRT[Patient-GeneralPractitioner-PractitionerRole]',
    done: PEOPLE,
    reason: 'As ROL: roles PP and FHCP, wherever they stand.',
  },
  {
    map: 'PRT[Patient-GeneralPractitioner-Practitioner]',
    done: PEOPLE,
    reason: 'As ROL: roles PP and FHCP, wherever they stand.',
  },
  {
    map: 'PRT[RelatedPerson]',
    reason: 'Relatives are told by NK1; a PRT of a visit names a provider.',
  },
  {
    map: 'PRT[PractitionerRole]',
    rows: ['PRT-7 organization(Organization.type)', 'PRT-24 identifier[2]'],
    reason:
      'An Organization and a role are shared by all; what one message calls their kind or numbers is not.',
  },
  {
    map: 'PRT[PractitionerRole]',
    rows: ['PRT-11 period.start', 'PRT-12 period.end'],
    done: 'PRT[CareTeam], PRT[Encounter]',
    reason: 'They are the period of this taking part, not of the role.',
  },
  {
    map: 'PRT[PractitionerRole]',
    rows: ['PRT-14 practitioner(Practitioner.address)'],
    reason: 'The address of an office is that of its organisation (PRT-8).',
  },
  {
    map: 'PRT[PractitionerRole]',
    rows: ['PRT-15 telecom[*', 'PRT-23 *'],
    done: 'PRT-15 telecom',
    reason:
      'All numbers are kept alike; which one is preferred is said per message, of a role that many share.',
  },
]
