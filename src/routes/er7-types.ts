/** Content types of an HL7 v2 message as its sender writes it. */
export const ER7_TYPES: readonly string[] = [
  'application/hl7-v2',
  'x-application/hl7-v2+er7',
  'application/hl7-v2+er7',
  'text/plain',
]
