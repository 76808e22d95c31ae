import { validateResource } from '../../../../../src/fhir/validation/validate-resource.ts'

export const patient = {
  resourceType: 'Patient',
  id: 'p-1',
  active: true,
  name: [{ family: 'Doe', given: ['Ann', 'B'] }],
  gender: 'female',
  birthDate: '1970-02-28',
}

export const carePlan = {
  resourceType: 'CarePlan',
  status: 'active',
  intent: 'plan',
  subject: { reference: 'Patient/p-1' },
  period: { start: '2026-01-01', end: '2026-03-01' },
  activity: [{ detail: { status: 'scheduled' } }],
}

export const task = {
  resourceType: 'Task',
  status: 'requested',
  intent: 'order',
  for: { reference: 'Patient/p-1' },
  input: [{ type: { text: 'x' }, valueString: 'y' }],
}

/** `code expression` of every fault. */
export const faults = (resource: unknown): readonly string[] =>
  validateResource(resource).map(({ code, expression }) => `${code} ${expression ?? ''}`.trim())
