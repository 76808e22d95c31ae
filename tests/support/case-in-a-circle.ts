import type { Resource } from '../../src/fhir/resource.ts'

export type KnownResource = Resource & { readonly id: string }

/** A patient with a case, a plan and a task that refer to one another in a circle. */
export function caseInACircle(idFor: (name: string) => string, mrn: string): readonly KnownResource[] {
  const patient = { reference: `Patient/${idFor('pat')}` }
  return [
    { resourceType: 'Patient', id: idFor('pat'), identifier: [{ system: 'urn:mrn', value: mrn }] },
    {
      resourceType: 'Encounter',
      id: idFor('enc'),
      status: 'in-progress',
      class: { code: 'IMP' },
      subject: patient,
      episodeOfCare: [{ reference: `EpisodeOfCare/${idFor('eoc')}` }],
      serviceProvider: { reference: `Organization/${idFor('org')}` },
    },
    {
      resourceType: 'EpisodeOfCare',
      id: idFor('eoc'),
      status: 'planned',
      patient,
      team: [{ reference: `CareTeam/${idFor('team')}` }],
    },
    {
      resourceType: 'CareTeam',
      id: idFor('team'),
      status: 'active',
      subject: patient,
      extension: [
        {
          url: 'http://hl7.org/fhir/StructureDefinition/workflow-episodeOfCare',
          valueReference: { reference: `EpisodeOfCare/${idFor('eoc')}` },
        },
      ],
    },
    {
      resourceType: 'CarePlan',
      id: idFor('plan'),
      status: 'active',
      intent: 'plan',
      subject: patient,
      activity: [{ reference: { reference: `Task/${idFor('task')}` } }],
    },
    {
      resourceType: 'Task',
      id: idFor('task'),
      status: 'requested',
      intent: 'order',
      for: patient,
      focus: { reference: `Encounter/${idFor('enc')}` },
      basedOn: [{ reference: `CarePlan/${idFor('plan')}` }],
    },
  ]
}
