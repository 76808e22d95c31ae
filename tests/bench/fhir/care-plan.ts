/** A CarePlan of base R4 as a case has one, some 5 kB of JSON: text, codes, periods, references and activities. */
const concept = (system: string, code: string, display: string): object => ({
  coding: [{ system, code, display }],
  text: display,
})
const snomed = (code: string, display: string): object => concept('http://snomed.info/sct', code, display)
const to = (type: string, n: number, display?: string): object => ({
  reference: `${type}/0199a8c1-77aa-8123-9${String(n).padStart(3, '0')}-abcdef012345`,
  ...(display !== undefined && { display }),
})

const activity = (n: number): object => ({
  progress: [{ time: `2026-03-${10 + n}T10:15:00Z`, text: `Call ${n}: kept to the plan, no complaint.` }],
  detail: {
    kind: 'ServiceRequest',
    code: snomed(`22979700${n}`, `Teaching about the heart, lesson ${n}`),
    reasonReference: [to('Condition', 10 + n)],
    goal: [to('Goal', 20 + n)],
    status: n < 3 ? 'completed' : 'in-progress',
    doNotPerform: false,
    scheduledTiming: {
      repeat: {
        boundsPeriod: { start: '2026-03-09', end: '2026-06-09' },
        frequency: 1,
        period: 1,
        periodUnit: 'wk',
        dayOfWeek: ['mon', 'thu'],
      },
    },
    location: to('Location', 30 + n, 'Home'),
    performer: [to('Practitioner', 40 + n, 'R. Nurse')],
    dailyAmount: { value: 2.5, unit: 'mg', system: 'http://unitsofmeasure.org', code: 'mg' },
    description: `Weigh every morning, note it, and call when it is two kilograms more than the day before (${n}).`,
  },
})

export const carePlan = {
  resourceType: 'CarePlan',
  id: '0199a8c1-77aa-8123-9000-abcdef012345',
  meta: { versionId: '3', lastUpdated: '2026-03-14T09:30:00.000Z' },
  text: {
    status: 'generated',
    div: '<div xmlns="http://www.w3.org/1999/xhtml"><p>Heart failure after discharge: weight, salt, walking.</p></div>',
  },
  identifier: [
    {
      use: 'official',
      type: concept('http://terminology.hl7.org/CodeSystem/v2-0203', 'PLAC', 'Placer Identifier'),
      system: 'https://casewire.example/fhir/identifier/plan',
      value: 'P-2026-000731',
      period: { start: '2026-03-09' },
    },
  ],
  status: 'active',
  intent: 'plan',
  category: [snomed('734163000', 'Care plan')],
  title: 'Home after heart failure',
  description: 'Six weeks of calls and visits until weight and breath are steady.',
  subject: to('Patient', 1, 'A. Patient'),
  encounter: to('Encounter', 2),
  period: { start: '2026-03-09', end: '2026-06-09' },
  created: '2026-03-09T08:00:00-05:00',
  author: to('Practitioner', 3, 'C. Manager'),
  contributor: [to('Practitioner', 4), to('Organization', 5, 'Clinic')],
  careTeam: [to('CareTeam', 6)],
  addresses: [to('Condition', 7, 'Heart failure'), to('Condition', 8, 'Diabetes')],
  goal: [to('Goal', 9), to('Goal', 10), to('Goal', 11)],
  activity: [1, 2, 3].map(activity),
  note: [{ authorReference: to('Practitioner', 3), time: '2026-03-10T12:00:00Z', text: 'Lives with a son.' }],
}
