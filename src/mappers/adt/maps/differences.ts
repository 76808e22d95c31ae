import type { SegmentMap } from '../rows.ts'
import { al1AllergyIntolerance } from './al1-allergy-intolerance.ts'
import { billingMaps } from './billing-encounter.ts'
import { db1Observation } from './db1-observation.ts'
import { dg1Condition, dg1Encounter } from './dg1-condition.ts'
import { evnProvenance } from './evn-provenance.ts'
import { gt1RelatedPerson } from './gt1-related-person.ts'
import { iamAllergyIntolerance } from './iam-allergy-intolerance.ts'
import { in1Coverage, in1Subscriber } from './in1-coverage.ts'
import { in2Coverage } from './in2-coverage.ts'
import { in3CareTeam, in3Coverage } from './in3-coverage.ts'
import { nk1Patient, nk1RelatedPerson } from './nk1-related-person.ts'
import { nteAnnotation } from './nte-annotation.ts'
import { obxObservation } from './obx-observation.ts'
import { pd1Living, pd1LivingWill, pd1Patient } from './pd1-patient.ts'
import { pdaObservation, pdaProcedure } from './pda-death.ts'
import { pidAccount } from './pid-account.ts'
import { pidPatient } from './pid-patient.ts'
import { pr1Procedure } from './pr1-procedure.ts'
import { pv1Encounter } from './pv1-encounter.ts'
import { pv2Encounter } from './pv2-encounter.ts'
import { roleLayouts } from './role-maps.ts'
import { sftDevice } from './sft-device.ts'
import { listDifferences } from './list-differences.ts'

/** Every segment map that runs, in the order of their segments in a message. */
export const segmentMaps: readonly SegmentMap[] = [
  sftDevice,
  evnProvenance,
  pidPatient,
  pidAccount,
  pd1Patient,
  pd1LivingWill,
  pd1Living,
  ...Object.values(roleLayouts).flatMap(({ participant, role, member }) => [participant, role, member]),
  nk1RelatedPerson,
  nk1Patient,
  pv1Encounter,
  pv2Encounter,
  db1Observation,
  obxObservation,
  al1AllergyIntolerance,
  iamAllergyIntolerance,
  dg1Condition,
  dg1Encounter,
  ...Object.values(billingMaps).map(({ map }) => map),
  pr1Procedure,
  gt1RelatedPerson,
  in1Coverage,
  in1Subscriber,
  in2Coverage,
  in3Coverage,
  in3CareTeam,
  pdaObservation,
  pdaProcedure,
  nteAnnotation,
]

/** Rows of the guide (or a whole map of it) that no row of ours stands for, and why. */
export interface Difference {
  /** The guide's name of the map. */
  readonly map: string
  /**
   * `PV1-2 class`: v2 identifier and FHIR attribute as the guide writes them, or how they begin (`PRT-23 *`); absent for the
   * whole map.
   */
  readonly rows?: readonly string[]
  /** Where it is done instead; absent when it is not done. */
  readonly done?: string
  readonly reason: string
}

const LEDGER = 'ledger.ts, encounter.ts'

/** Whether an entry of `Difference.rows` means a row. */
export const isListed = (entry: string, row: string): boolean =>
  entry.endsWith('*') ? row.startsWith(entry.slice(0, -1)) : entry === row

export const differences: readonly Difference[] = [
  {
    map: 'MSH[Bundle]',
    done: 'convert.ts',
    reason: 'What a message leads to is a transaction that writes resources, not a FHIR message.',
  },
  {
    map: 'MSH[MessageHeader]',
    reason:
      'The message itself is kept in the inbox, and Provenance names it; a MessageHeader would be a second record of it.',
  },
  {
    map: 'MSH[Encounter]',
    done: LEDGER,
    reason:
      'The status follows from all movements of the visit; the guide has eight events, makes A04 planned and A08 unknown.',
  },
  {
    map: 'MSH[Provenance-Operator]',
    done: 'provenance.ts',
    reason: 'One Provenance a message, with the sending facility as author.',
  },
  {
    map: 'MSH[Provenance-Source]',
    done: 'provenance.ts',
    reason:
      'One Provenance a message: agent from MSH-4, recorded from EVN-2 or MSH-7, the message by its URI as source.',
  },
  {
    map: 'MSH[Provenance-Transformation]',
    reason:
      "Its time is a clock's, so that a replay would write again; the audit log says when this service did what.",
  },
  {
    map: 'EVN[Provenance]',
    rows: ['EVN activity.coding.display', 'EVN-2 recorded'],
    done: 'provenance.ts',
    reason: 'The activity is the coded event; the recorded time may have to come from MSH-7.',
  },
  {
    map: 'EVN[Provenance]',
    rows: ['EVN-4 reason.extension[1].url', 'EVN-4 reason.extension[1].valueCodeableConcept'],
    reason: "U is kept as the code that it is; the guide's extension has a value of the wrong type.",
  },
  {
    map: 'PID[Account]',
    rows: ['PID status'],
    done: 'accounts.ts',
    reason:
      'Active until it is merged into another: charges come after the discharge, and what ends an account is BAR^P06, no ADT event.',
  },
  { map: 'PID[Appointment]', reason: 'For scheduling messages (SIU); no ADT event makes an Appointment.' },
  {
    map: 'PID[Provenance-Patient]',
    reason: 'PID-33 and PID-34 repeat what EVN and MSH say; one Provenance a message covers the Patient.',
  },
  {
    map: 'PID[Patient]',
    rows: ['PID-13 telecom[1].use', 'PID-14 telecom[2].use'],
    done: 'xtn-contact-point.ts',
    reason: 'The use that the field implies is given to the data type, which knows whether XTN-2 says one.',
  },
  {
    map: 'PID[Patient]',
    rows: ['PID-12 address[2].district'],
    reason:
      'A county without an address is no second address; it completes the first one when there is only one.',
  },
  {
    map: 'PID[Patient]',
    rows: ['PID-21 $this'],
    reason: 'The mother is named by a number only; she is kept when NK1 names her.',
  },
  {
    map: 'PID[Patient]',
    rows: ['PID-27 ?extension??-veteranMilitaryStatus', 'PID-31 ?extension??-identityUnknown'],
    reason: 'The guide has no extension for it yet.',
  },
  {
    map: 'PID[Patient]',
    rows: [
      'PID-35 extension[6].url',
      'PID-35 extension[6].extension[1].url',
      'PID-35 extension[6].extension[1].valueCodeableConcept',
      'PID-36 extension[6].url',
      'PID-36 extension[6].extension[2].url',
      'PID-36 extension[6].extension[2].valueCodeableConcept',
    ],
    reason: 'Animals are not case-managed.',
  },
  {
    map: 'PID[Patient]',
    rows: [
      'PID-39 extension[7].url',
      'PID-39 extension[7].extension[1].url',
      'PID-39 extension[7].extension[1].valueCodeableConcept',
    ],
    reason: 'Tribal citizenship in the extension for countries could not be told from citizenship (PID-26).',
  },
  {
    map: 'NK1[Patient]',
    rows: [
      'NK1-30 contact.organization[1](Organization.contact.name)',
      'NK1-31 contact.organization[1](Organization.contact.telecom)',
      'NK1-32 contact.organization[1](Organization.contact.address)',
    ],
    reason:
      "Organizations are shared by all patients; whom one patient's employer names for him is nobody else's contact.",
  },
  {
    map: 'PV1[Encounter]',
    rows: [
      'PV1-2 class',
      'PV1-2 status',
      'PV1-44 period.start',
      'PV1-45 period.end',
      'PV1-45 status="finished"',
    ],
    done: LEDGER,
    reason:
      "Status, class and period follow from all that was said of the visit; the guide's two status maps contradict one another.",
  },
  {
    map: 'PV1[Encounter]',
    rows: [
      'PV1-3 location[1].location(Location)',
      'PV1-3 location[1].status',
      'PV1-6 location[2].location(Location)',
      'PV1-6 location[2].status',
      'PV1-11 location[3].location(Location)',
      'PV1-11 location[3].status',
      'PV1-11 location[3].extension.url',
      'PV1-11 location[3].extension.valueCodeableConcept.coding.code',
      'PV1-11 location[3].extension.valueCodeableConcept.coding.system',
      'PV1-42 location[4].location(Location)',
      'PV1-42 location[4].status',
    ],
    done: LEDGER,
    reason:
      'Places have periods that follow from the movements; a place that the patient is in is reserved no more.',
  },
  {
    map: 'PV1[Encounter]',
    rows: ['PV1-36 hospitalization.dischargeDisposition', 'PV1-37 hospitalization.destination(Location)'],
    done: LEDGER,
    reason: 'They hold only while the discharge does, even where a sender goes on sending them.',
  },
  {
    map: 'PV1[Encounter]',
    rows: [
      'PV1-19 identifier[1].type.coding.code',
      'PV1-19 identifier[1].type.coding.system',
      'PV1-19 identifier[1].type.text',
    ],
    done: 'cx-identifier.ts',
    reason: 'VN is what CX-5 is taken for when it says nothing; what it says holds.',
  },
  {
    map: 'PV1[Encounter]',
    rows: ['PV1-40 location[1].location(Location.operationalStatus)'],
    reason: 'The state of a bed changes without the patient; it belongs to A20 (bed status).',
  },
  {
    map: 'PV1[Encounter]',
    rows: [
      'PV1-53 episodeOfCare(EpisodeOfCare[1].extension.url)',
      'PV1-53 episodeOfCare(EpisodeOfCare[1].extension.valueString)',
    ],
    reason: "The sender's episode is named by its number (PV1-54); EpisodeOfCare resources here are cases.",
  },
  {
    map: 'PV1[Patient]',
    reason: 'PV1-16 is about this visit; that a person is important for good needs the source to say so.',
  },
  {
    map: 'PV1[Coverage]',
    reason: "One financial class can't be the type of each of several plans; IN1-15 is.",
  },
  {
    map: 'PV1[Basic-EncounterHistory]',
    reason: 'Encounter.location has the periods, statusHistory and classHistory the rest.',
  },
  {
    map: 'PV2[Encounter]',
    rows: [
      'PV2-1 location[5].location(Location)',
      'PV2-1 location[5].status',
      'PV2-1 ?location[5].extension?-temporaryLocation',
    ],
    reason: 'A place that was pending before is nowhere the patient was or will be.',
  },
  {
    map: 'PV2[Encounter]',
    rows: [
      'PV2-7 ?extension?-visitUserCode',
      'PV2-10 ?extension?-estimatedLength',
      'PV2-21 ?extension?-publicityCode',
      'PV2-40 ?extension?-admissionLevelOfCare',
    ],
    reason: 'The guide has no extension for it yet.',
  },
  {
    map: 'PV2[Encounter]',
    rows: ['PV2-12 text.div'],
    reason: 'A narrative must say what the resource says; a remark is none.',
  },
  {
    map: 'DG1[Condition]',
    rows: ['DG1-22 extension[2].url', 'DG1-22 extension[2].valueReference(Condition)'],
    reason: 'The parent may be in no message of ours; a reference to nothing would be invalid.',
  },
  {
    map: 'DG1[Encounter]',
    rows: [
      'DG1-3 diagnosis.condition(Condition.code)',
      'DG1-4 diagnosis.condition(Condition.code.text)',
      'DG1-5 diagnosis.condition(Condition.onsetDateTime)',
      'DG1-16 diagnosis.condition(Condition.asserter(Practitioner)',
      'DG1-19 diagnosis.condition(Condition.extension[1].url)',
      'DG1-19 diagnosis.condition(Condition.extension[1].valueDateTime)',
      'DG1-19 diagnosis.condition(Condition.recordedDate)',
      'DG1-20 diagnosis.condition(Condition.identifier)',
      'DG1-21 diagnosis.condition(Condition.verificationStatus.coding.code)',
      'DG1-21 diagnosis.condition(Condition.verificationStatus.coding.system',
      'DG1-22 diagnosis.condition(Condition.extension[1].uri)',
      'DG1-22 diagnosis.condition(Condition.extension[1].valueReference(Condition))',
    ],
    done: 'DG1[Condition]',
    reason: 'They are rows of the Condition, which Encounter.diagnosis refers to.',
  },
  {
    map: 'DG1[EpisodeOfCare]',
    reason: 'An EpisodeOfCare here is a case; what it is about a case manager says, not the last admission.',
  },
  {
    map: 'IN1[Coverage]',
    rows: ['IN1-5 payer[1](Organization.address)'],
    done: 'directory-of.ts',
    reason: "The address belongs to the insurer's Organization.",
  },
  {
    map: 'IN1[Coverage]',
    rows: ['IN1-16 subscriber(Patient)'],
    done: 'items.ts',
    reason: "It needs the Patient's id, which is in no field.",
  },
  {
    map: 'IN1[Coverage]',
    rows: [
      'IN1-10 extension[1].url',
      'IN1-10 extension[1].valueIdentifier',
      'IN1-10 policyHolder([1]Organization.identifier)',
    ],
    reason: "The number of an employee is no number of the employer; the subscriber's own is in IN1-49.",
  },
  ...listDifferences,
]
