import type { Message } from '../../../hl7v2/message.ts'

/** Types in the patient's compartment that a segment leads to, also where its list has lost what it named before. */
const types: Readonly<Record<string, readonly string[]>> = {
  PID: ['Account'],
  PD1: ['Observation'],
  NK1: ['RelatedPerson'],
  AL1: ['AllergyIntolerance'],
  IAM: ['AllergyIntolerance'],
  DG1: ['Condition'],
  PR1: ['Procedure'],
  OBX: ['Observation'],
  ROL: ['CareTeam'],
  PRT: ['CareTeam'],
  GT1: ['RelatedPerson', 'Account'],
  IN1: ['Coverage', 'RelatedPerson', 'CareTeam', 'Account'],
  DB1: ['Observation'],
  PDA: ['Observation', 'Procedure'],
}

/** What must be loaded of a patient's record before a message can be applied; `PID` only where it names an account. */
export function derivedTypes(message: Message): readonly string[] {
  const found = new Set<string>()
  for (const { name, rawField } of message.segments) {
    if (name === 'PID' && rawField(18) === '') continue
    for (const type of types[name] ?? []) found.add(type)
  }
  return [...found]
}

/** What must be loaded of patients who are tied to others: all that messages told of one may change by a message about another. */
export const everyDerivedType: readonly string[] = [...new Set(Object.values(types).flat())]
