import {
  CM,
  concept,
  cs,
  extended,
  inState,
  parts,
  ref,
  rowsOf,
  subject,
  tagged,
  THO,
  type Deeds,
  type Desk,
  type Res,
} from './desk.ts'

const episodeOf = (desk: Desk): Promise<Res> => desk.read(`EpisodeOfCare/${desk.caseId}`)

const recipientOf = (reference: string) => ({
  role: concept(`${THO}/v3-ParticipationType`, 'IRCP'),
  reference: ref(reference),
})

/** What the case and its people are told: EpisodeOfCare, Task, Consent, RiskAssessment. */
export const caseDeeds: Deeds = {
  ScreenCase: async desk => desk.write(inState(await episodeOf(desk), 'planned', 'screened')),
  OpenCase: async desk => desk.write(inState(await episodeOf(desk), 'active', 'open')),
  StratifyRisk: async (desk, { acuity }) =>
    desk.write(extended(await episodeOf(desk), 'acuity', { valueCode: acuity }), {
      ...{ resourceType: 'RiskAssessment', id: desk.newId(), meta: tagged(desk), status: 'final' },
      subject: subject(desk),
      method: concept(cs('risk-method'), 'stratification'),
      prediction: [
        {
          qualitativeRisk: {
            coding: [
              { system: cs('risk-band'), code: acuity },
              { system: `${THO}/risk-probability`, code: acuity },
            ],
          },
        },
      ],
      occurrenceDateTime: desk.at,
    }),
  OfferAssignment: (desk, { manager }) => {
    const id = desk.newId()
    desk.made('AssignmentOffered', id)
    return desk.write({
      ...{ resourceType: 'Task', id, meta: tagged(desk), status: 'requested', intent: 'order' },
      code: concept(cs('task-code'), 'assign'),
      for: subject(desk),
      groupIdentifier: { system: `${CM}/sid/case`, value: desk.caseId },
      owner: ref(manager),
      requester: ref(desk.by),
      authoredOn: desk.at,
    })
  },
  AcceptAssignment: async (desk, { assignment }) => {
    const task = await desk.read(`Task/${assignment}`)
    return desk.write({ ...task, status: 'accepted', executionPeriod: { start: desk.at } })
  },
  GrantConsent: (desk, { scope, by, recipients = [] }) => {
    const id = desk.newId()
    desk.made('ConsentGranted', id)
    return desk.write({
      ...{ resourceType: 'Consent', id, meta: tagged(desk), status: 'active' },
      scope: concept(`${THO}/consentscope`, 'patient-privacy'),
      category: [concept(`${THO}/v3-ActCode`, 'IDSCL'), concept(cs('consent-scope'), scope)],
      patient: subject(desk),
      policyRule: concept(`${THO}/v3-ActCode`, 'OPTIN'),
      provision: {
        type: 'permit',
        ...(recipients.length > 0 && { actor: recipients.map(recipientOf) }),
      },
      performer: [ref(by)],
      dateTime: desk.at,
    })
  },
  SelectModel: async (desk, { model, reason }) =>
    desk.write(underModel(await episodeOf(desk), desk, { model, reason })),
  AcceptObligation: async (desk, { obligation }) => {
    const task = await desk.read(`Task/${obligation}`)
    return desk.write({ ...task, status: 'accepted', owner: ref(desk.by) })
  },
  /** R4 lets an accepted Task be completed once it was begun. */
  CompleteObligation: async (desk, { obligation, output }) => {
    const task = await desk.read(`Task/${obligation}`)
    const begun = await desk.write({ ...task, status: 'in-progress' })
    if (begun.status >= 300) return begun
    return desk.write({
      ...(begun.json as Res),
      status: 'completed',
      executionPeriod: { ...begun.json.executionPeriod, end: desk.at },
      output: [{ type: { text: 'Result' }, valueReference: ref(output) }],
    })
  },
}

interface Chosen {
  readonly model: string
  readonly reason: string
}

/** The case under another model from now on: the time of the one before is over, nothing of it is lost. */
export function underModel(episode: Res, { at }: Pick<Desk, 'at'>, { model, reason }: Chosen): Res {
  const period = parts({
    model: ['Code', model],
    version: ['String', '1.0.0'],
    since: ['DateTime', at],
    reason: ['String', reason],
  })
  const types = (
    episode['type'] as readonly { readonly coding: readonly { readonly system: string }[] }[]
  ).filter(type => !type.coding.some(({ system }) => system === cs('model')))
  return extended(
    { ...episode, type: [...types, { coding: [{ system: cs('model'), version: '1.0.0', code: model }] }] },
    'model-period',
    ...rowsOf(episode, 'model-period').map(({ url: _url, ...row }) => row),
    period,
  )
}

export const modelUrl = (model: string): string => `${CM}/PlanDefinition/${model}|1.0.0`
