const merge = {
  does: 'identity',
  effect: 'whose it is: what was sent under MRG-1 belongs to the patient in PID',
} as const

/** Events that say who is who, and A17, which speaks of two patients. */
export const identityTriggers = {
  A17: { name: 'swap patients', does: 'movement', effect: 'as A02, for each of the two' },
  A18: { name: 'merge patient information', ...merge },
  A24: { name: 'link patient information', does: 'identity', effect: 'none: Patient.link seealso both ways' },
  A30: { name: 'merge person information', ...merge },
  A34: { name: 'merge patient information, patient id only', ...merge },
  A35: {
    name: 'merge patient information, account only',
    does: 'identity',
    effect:
      'account MRG-3 inactive, part of PID-18; a visit that only MRG-3 numbers was a double of the one that PID-18 numbers',
  },
  A36: { name: 'merge patient information, patient id and account', ...merge },
  A37: { name: 'unlink patient information', does: 'identity', effect: 'whose it is: as if never merged' },
  A39: { name: 'merge person, patient id', ...merge },
  A40: { name: 'merge patient, patient identifier list', ...merge },
  A41: {
    name: 'merge account, patient account number',
    does: 'identity',
    effect:
      'account MRG-3 inactive, part of PID-18; a visit that only MRG-3 numbers was a double of the one that PID-18 numbers',
  },
  A42: {
    name: 'merge visit, visit number',
    does: 'identity',
    effect: 'MRG-5 entered-in-error with record-linkage; its number use=old on PV1-19',
  },
  A43: {
    name: 'move patient information, patient identifier list',
    does: 'identity',
    effect: 'whose it is: visits sent under MRG-1 by then belong to the patient in PID',
  },
  A44: {
    name: 'move account information, patient account number',
    does: 'identity',
    effect: 'whose it is: account MRG-3 and its visits belong to the patient in PID',
  },
  A45: {
    name: 'move visit information, visit number',
    does: 'identity',
    effect: 'whose it is: visit MRG-5 belongs to the patient in PID, as PV1-19',
  },
  A46: {
    name: 'change patient id',
    does: 'identity',
    effect: 'none: Patient.identifier, the old one use=old',
  },
  A47: {
    name: 'change patient identifier list',
    does: 'identity',
    effect: 'none: Patient.identifier, the old one use=old',
  },
  A48: {
    name: 'change alternate patient id',
    does: 'identity',
    effect: 'none: Patient.identifier, the old one use=old',
  },
  A49: {
    name: 'change patient account number',
    does: 'identity',
    effect: 'identifier of the account, and of the visit where the account numbers it; the old one use=old',
  },
  A50: { name: 'change visit number', does: 'identity', effect: 'identifier; the old one use=old' },
  A51: { name: 'change alternate visit id', does: 'identity', effect: 'identifier; the old one use=old' },
} as const
