/** What other converters say of a message and we don't, on purpose. */
export const intendedDifferences: readonly {
  readonly pairs: RegExp
  readonly what: RegExp
  readonly reason: string
}[] = [
  {
    pairs: /^microsoft-liquid/,
    what: /^Patient\.identifier\.value (?:PATID567|1234567)$/,
    reason: 'PID-2 and PID-4 number the patient up to 2.3.1 only (adt.md 3.2.1); these messages are newer.',
  },
  {
    pairs: /^microsoft-liquid/,
    what: /^Patient\.identifier\.value DB1/,
    reason:
      'DB1-3 numbers the disabled person, who may be the guarantor (DB1-2): it is no number of the patient.',
  },
  {
    pairs: /^microsoft-liquid/,
    what: /^Patient\.(?:identifier\.value MI-12345|name\.family (?:JACK|123121234A))$/,
    reason: 'Numbers and names of IN2 are of the insured, who is another person than the patient.',
  },
  {
    pairs: /^microsoft-liquid/,
    what: /^(?:Procedure|Observation)\.code\.coding\.code (?:DEATH-|AUTOPSY-|INJURY-|CORONER)/,
    reason: 'Codes made up for PDA and ACC; ours are of LOINC and SNOMED CT, or extensions.',
  },
  {
    pairs: /^microsoft-liquid\/ADT-A(?:28|29|45)/,
    what: /^Encounter\./,
    reason:
      'A person, a deleted person and a moved visit are not the Encounter of a visit that PV1 alone would make.',
  },
  {
    pairs: /^microsoft-liquid\/ADT-A(?:05|11|14|27)/,
    what: /^Encounter\.period\.end/,
    reason: 'A visit that is planned, or was cancelled, has not ended.',
  },
  {
    pairs: /^microsoft-liquid/,
    what: /^RelatedPerson\.name\.(?:given (?:ROSALLIE|JOHN)|family DOE)$/,
    reason:
      'Who reported an allergy (IAM-14) is its asserter, by name; a name alone makes no person of the record.',
  },
  {
    pairs: /^google-whistle1\/adt_a01/,
    what: /^(?:Condition|Observation|Patient\.gender|Encounter\.period)/,
    reason:
      'The expected output is of a longer message than the one beside it, and of codes of its own (PID-8 2).',
  },
  {
    pairs: /^google-whistle1/,
    what: /^Encounter\.class\.code INPATIENT$/,
    reason: 'The word names a code of table 0004; as a code of its own the stay would call for no duties.',
  },
]
