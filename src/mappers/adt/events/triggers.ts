import { identityTriggers } from '../identity/identity-triggers.ts'

/**
 * What a mapped event does: `movement` and `cancel` tell something of a visit (a fact), `update` only what its fields say,
 * `identity` says who is who,
 * `person` speaks of the patient and of no visit, whatever PV1 holds, `place` of a bed and of no patient. Every event that
 * is not here is recorded as `ignored`.
 */
export const triggers = {
  A01: { name: 'admit', does: 'movement', effect: 'in-progress; place, class, start' },
  A02: { name: 'transfer', does: 'movement', effect: 'the open place ends, the new one begins' },
  A03: {
    name: 'discharge',
    does: 'movement',
    effect: 'finished; end, disposition, destination; the open place ends',
  },
  A04: { name: 'register', does: 'movement', effect: 'in-progress (emergency or outpatient)' },
  A05: {
    name: 'pre-admit',
    does: 'movement',
    effect: 'planned while nobody was admitted; expected start (PV2-8), place planned',
  },
  A06: {
    name: 'outpatient to inpatient',
    does: 'movement',
    effect:
      'in-progress; class IMP, the former one in classHistory; place; MRG-5 and MRG-3 go on as old numbers',
  },
  A07: {
    name: 'inpatient to outpatient',
    does: 'movement',
    effect:
      'in-progress; class AMB or OBSENC, the former one in classHistory; place; MRG-5 and MRG-3 go on as old numbers',
  },
  A08: { name: 'update', does: 'update', effect: 'what its fields say; the status only by PV1-45' },
  A09: {
    name: 'patient departing',
    does: 'movement',
    effect: 'the temporary place ends (PV1-43, PV1-6), the one gone to begins (PV1-11)',
  },
  A10: {
    name: 'patient arriving',
    does: 'movement',
    effect: 'a temporary place begins (PV1-11, PV1-3); a planned visit is arrived',
  },
  A11: {
    name: 'cancel admit',
    does: 'cancel',
    effect: 'cancelled when no A01, A04 or A06 is left; else as before the one that it takes back',
  },
  A12: {
    name: 'cancel transfer',
    does: 'cancel',
    effect: 'the place before is active again; the transfer that went to PV1-6',
  },
  A13: {
    name: 'cancel discharge',
    does: 'cancel',
    effect: 'in-progress again; the end stays in statusHistory',
  },
  A14: { name: 'pending admit', does: 'movement', effect: 'as A05' },
  A15: { name: 'pending transfer', does: 'movement', effect: 'PV1-42 planned until a transfer or A26' },
  A16: {
    name: 'pending discharge',
    does: 'movement',
    effect: 'expected end (PV2-9), destination (PV1-37), PV1-42 planned',
  },
  A20: {
    name: 'bed status',
    does: 'place',
    effect: 'none: Location.operationalStatus of the bed (NPU), no patient',
  },
  A21: {
    name: 'leave of absence',
    does: 'movement',
    effect: 'onleave; expected return (PV2-47)',
  },
  A22: { name: 'return from leave', does: 'movement', effect: 'in-progress again' },
  A23: {
    name: 'delete visit',
    does: 'cancel',
    effect: 'entered-in-error, with all that was recorded of it by then; nothing is deleted',
  },
  A25: { name: 'cancel pending discharge', does: 'cancel', effect: 'the expected end said before holds' },
  A26: { name: 'cancel pending transfer', does: 'cancel', effect: 'the planned place goes' },
  A27: { name: 'cancel pending admit', does: 'cancel', effect: 'cancelled when no A05 or A14 is left' },
  A28: { name: 'add person', does: 'person', effect: 'none; a person that A29 deleted is active again' },
  A29: {
    name: 'delete person',
    does: 'person',
    effect: 'none: Patient.active false with a tag, nothing is deleted',
  },
  A31: { name: 'update person', does: 'person', effect: 'none' },
  A32: { name: 'cancel patient arriving', does: 'cancel', effect: 'the temporary place goes' },
  A33: { name: 'cancel patient departing', does: 'cancel', effect: 'the temporary place is active again' },
  A38: { name: 'cancel pre-admit', does: 'cancel', effect: 'cancelled when no A05 or A14 is left' },
  A52: { name: 'cancel leave of absence', does: 'cancel', effect: 'in-progress; the leave is none' },
  A53: { name: 'cancel return from leave', does: 'cancel', effect: 'onleave; the return is none' },
  A54: {
    name: 'change attending doctor',
    does: 'movement',
    effect: 'the attending participant ends, PV1-7 begins',
  },
  A55: {
    name: 'cancel change of attending',
    does: 'cancel',
    effect: 'the attending participant before is back',
  },
  A60: { name: 'update allergies', does: 'update', effect: 'none; allergies by the actions of IAM-6' },
  A61: {
    name: 'change consulting doctor',
    does: 'movement',
    effect: 'the consulting participant ends, PV1-9 begins',
  },
  A62: {
    name: 'cancel change of consulting',
    does: 'cancel',
    effect: 'the consulting participant before is back',
  },
  Z99: {
    name: 'change by movement id (ZBE)',
    does: 'movement',
    effect: 'as the original event (ZBE-6) of the movement that ZBE-1 names; history only when ZBE-5 is Y',
  },
  ...identityTriggers,
} as const

export type Trigger = keyof typeof triggers

export const isTrigger = (event: string): event is Trigger => Object.hasOwn(triggers, event)
