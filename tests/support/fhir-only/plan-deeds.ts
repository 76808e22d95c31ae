import { observation, withSource } from './assessment-deeds.ts'
import { modelUrl, underModel } from './case-deeds.ts'
import {
  CM,
  concept,
  cs,
  dateOf,
  episodeLink,
  extended,
  hl7,
  inState,
  parts,
  ref,
  rowsOf,
  sd,
  subject,
  tagged,
  THO,
  type Body,
  type Deeds,
  type Desk,
  type Res,
} from './desk.ts'

const LEVELS = [
  { system: cs('gas-level'), code: 'much-less-than-expected' },
  { system: cs('gas-level'), code: 'less-than-expected' },
  { system: 'http://loinc.org', code: 'LA6111-4' },
  { system: 'http://loinc.org', code: 'LA6112-2' },
  { system: 'http://loinc.org', code: 'LA6113-0' },
]
const SCALING = 'http://hl7.org/fhir/us/pco/StructureDefinition/pco-goal-attainment-scaling'
const scaled = (texts: readonly string[] = []) =>
  texts.map((text, i) => ({
    url: SCALING,
    ...parts({ level: ['Coding', LEVELS[i]], text: ['String', text] }),
  }))

const ACCEPTANCE = hl7('goal-acceptance')

/** The goal with what somebody decided about it; one row each. */
function decided(goal: Res, { at }: Desk, { by, decision }: Body): Res {
  const others = (goal['extension'] ?? []).filter(
    (row: Body) =>
      row['url'] !== ACCEPTANCE ||
      row['extension'].find(({ url }: Body) => url === 'individual').valueReference.reference !== by,
  )
  const row = {
    url: ACCEPTANCE,
    ...parts({
      individual: ['Reference', ref(by)],
      status: ['Code', decision],
      [sd('at')]: ['DateTime', at],
    }),
  }
  return { ...goal, extension: [...others, row] }
}

const goalTo = (goal: Res, state: string): Res => ({
  ...extended(goal, 'state', { valueCode: state }),
  lifecycleStatus: state,
})

const begun = (goal: Res, { at }: Desk): Res => ({
  ...goalTo(goal, 'active'),
  statusDate: dateOf(at),
  startDate: dateOf(at),
  achievementStatus: concept(`${THO}/goal-achievement`, 'in-progress'),
})

const agreementOf = (desk: Desk, { party, by, decision }: Body) =>
  parts({
    party: ['Code', party],
    by: ['Reference', ref(by)],
    at: ['DateTime', desk.at],
    decision: ['Code', decision],
  })

const CATEGORIES = [
  concept(cs('plan-category'), 'case-plan'),
  concept('http://hl7.org/fhir/us/core/CodeSystem/careplan-category', 'assess-plan'),
]
const refs = (type: string, ids: readonly string[]) => ids.map(id => ref(`${type}/${id}`))

async function modelOf(desk: Desk): Promise<string> {
  const episode = await desk.read(`EpisodeOfCare/${desk.caseId}`)
  const coding = episode['type']
    .flatMap((type: Body) => type['coding'])
    .find(({ system }: Body) => system === cs('model'))
  return coding.code
}

const KIND_LEVELS: Readonly<Record<string, readonly [code: string, display: string]>> = {
  '-2': ['LA34484-8', 'Much less than expected'],
  '-1': ['LA34483-0', 'Less than expected'],
  '0': ['LA34481-4', 'Expected outcome'],
  '1': ['LA34480-6', 'Better than expected'],
  '2': ['LA34483-0', 'Much more than expected'],
}

interface Level {
  readonly goal: string
  readonly level: number
  readonly weight: number
  readonly observation: string
}

/** T = 50 + 10 Σwx / √(0.7 Σw² + 0.3 (Σw)²), to one decimal (Kiresuk and Sherman 1968). */
function tScore(levels: readonly Level[]): number {
  const sum = (of: (one: Level) => number): number => levels.reduce((total, one) => total + of(one), 0)
  const spread = 0.7 * sum(({ weight }) => weight ** 2) + 0.3 * sum(({ weight }) => weight) ** 2
  return Math.round((50 + (10 * sum(({ level, weight }) => level * weight)) / Math.sqrt(spread)) * 10) / 10
}

/** What the client knows of each goal's level, as an app keeps it on its screen. */
const levels = new Map<string, Map<string, Level>>()

export const planDeeds: Deeds = {
  SetGoal: (desk, { text, weight, needs = [], scale, expressedBy }) => {
    const id = desk.newId()
    desk.made('GoalSet', id)
    return desk.write({
      ...{ resourceType: 'Goal', id, meta: tagged(desk), lifecycleStatus: 'proposed' },
      identifier: [{ system: `${CM}/sid/case`, value: desk.caseId }],
      description: { text },
      subject: subject(desk),
      expressedBy: ref(expressedBy ?? desk.by),
      statusDate: dateOf(desk.at),
      ...(weight !== undefined && {
        extension: [{ url: sd('goal-weight'), valueInteger: weight }, ...scaled(scale)],
      }),
      ...(needs.length > 0 && { addresses: refs('Condition', needs) }),
    })
  },
  AcceptGoal: async (desk, body) => {
    const goal = await desk.read(`Goal/${body['goal']}`)
    const agreed = decided(goal, desk, body)
    return desk.write(goal['lifecycleStatus'] === 'proposed' ? goalTo(agreed, 'accepted') : agreed)
  },
  AddActivity: (desk, { text, owner, goals, needs, kind, setting, perWeek, performer, code }) => {
    const id = desk.newId()
    desk.made('ActivityAdded', id)
    return desk.write({
      ...{ resourceType: 'ServiceRequest', id, meta: tagged(desk), status: 'draft', intent: 'order' },
      category: [concept(cs('activity-kind'), kind)],
      code: { text, ...(code !== undefined && { coding: [code] }) },
      subject: subject(desk),
      extension: [
        episodeLink(desk),
        ...goals.map((goal: string) => ({
          url: hl7('resource-pertainsToGoal'),
          valueReference: ref(`Goal/${goal}`),
        })),
      ],
      locationCode: [concept(cs('setting'), setting)],
      requester: ref(owner),
      reasonReference: refs('Condition', needs),
      ...(performer !== undefined && { performer: [ref(performer)] }),
      ...(perWeek !== undefined && {
        occurrenceTiming: { repeat: { frequency: perWeek, period: 1, periodUnit: 'wk' } },
      }),
    })
  },
  DraftPlan: async (desk, { title, goals, activities, needs, strengths }) => {
    const id = desk.newId()
    desk.made('PlanDrafted', id)
    return desk.write({
      ...{ resourceType: 'CarePlan', id, meta: tagged(desk), status: 'draft', intent: 'plan', title },
      category: CATEGORIES,
      subject: subject(desk),
      contributor: [ref(desk.by)],
      author: ref(desk.by),
      created: desk.at,
      extension: [episodeLink(desk)],
      instantiatesCanonical: [modelUrl(await modelOf(desk))],
      goal: refs('Goal', goals),
      activity: refs('ServiceRequest', activities).map(reference => ({ reference })),
      addresses: refs('Condition', needs),
      supportingInfo: refs('Observation', strengths),
    })
  },
  ObtainAgreement: async (desk, body) => {
    const plan = await desk.read(`CarePlan/${body['plan']}`)
    const agreed = extended(plan, 'agreement', agreementOf(desk, body))
    return desk.write(inState(agreed, 'draft', 'agreed'))
  },
  ActivatePlan: async (desk, { plan: id }) => {
    const plan = await desk.read(`CarePlan/${id}`)
    const episode = await desk.read(`EpisodeOfCare/${desk.caseId}`)
    const goals = await Promise.all(plan['goal'].map(({ reference }: Body) => desk.read(reference)))
    return desk.write(
      inState({ ...plan, period: { start: desk.at } }, 'active', 'active'),
      ...goals.map(goal => begun(goal, desk)),
      inState(episode, 'active', 'active'),
    )
  },
  RevisePlan: async (desk, { plan: id, changes }) => {
    const plan = await desk.read(`CarePlan/${id}`)
    const [minor] = rowsOf(plan, 'plan-minor')
    const next = (minor?.['valueInteger'] ?? 0) + 1
    const counted = extended({ ...plan, ...changes }, 'plan-minor', { valueInteger: next })
    const before = rowsOf(plan, 'revised-at').map(({ url: _url, ...row }) => row)
    return desk.write(extended(counted, 'revised-at', ...before, { valueDateTime: desk.at }))
  },
  ScoreGoal: async (desk, { goal: id, level, rater, baseline }) => {
    const goal = await desk.read(`Goal/${id}`)
    const weight = rowsOf(goal, 'goal-weight')[0]?.['valueInteger'] ?? 1
    const [scored, total] = [desk.newId(), desk.newId()]
    const [code = '', display = ''] = KIND_LEVELS[String(level)] ?? []
    const isBaseline = baseline === true
    const inputs = [
      ['level', String(level)],
      ['weight', String(weight)],
      ...(isBaseline ? [['baseline', 'yes'] as const] : []),
    ] as const
    const row = rated(withSource(observation(desk, scored), inputs, '1'), rater)
    const known = levels.get(desk.caseId) ?? new Map<string, Level>()
    levels.set(desk.caseId, known.set(id, { goal: id, level, weight, observation: scored }))
    const all = [...known.values()]
    return desk.write(
      {
        ...row,
        code: {
          coding: [
            { system: 'http://loinc.org', code: isBaseline ? '112296-9' : '107334-5' },
            { system: cs('measure'), code: 'gas-level' },
          ],
        },
        valueCodeableConcept: {
          coding: [
            {
              extension: [{ url: hl7('ordinalValue'), valueDecimal: level }],
              ...{ system: 'http://loinc.org', code, display },
            },
          ],
          text: display,
        },
        focus: [ref(`Goal/${id}`)],
      },
      ...(all.length === SCORED_GOALS ? [totalOf(desk, { id: total, all, rater, isBaseline })] : []),
    )
  },
  SwitchModel: async (desk, { model, reason }) => {
    const episode = await desk.read(`EpisodeOfCare/${desk.caseId}`)
    const [old] = await desk.search(
      `CarePlan?patient=${desk.patient}&status=active&category=${encodeURIComponent(`${cs('plan-category')}|case-plan`)}`,
    )
    if (!old) throw new Error('there is no active plan')
    const id = desk.newId()
    desk.made('PlanDrafted', id)
    const ended = extended({ ...old, period: { ...old['period'], end: desk.at } }, 'reason', {
      valueString: reason,
    })
    return desk.write(
      underModel(episode, desk, { model, reason }),
      inState(ended, 'completed', 'superseded'),
      successor(old, desk, { id, model }),
    )
  },
}

/** Goals of the plan that were scaled: a T score needs the level of each. */
const SCORED_GOALS = 4

const rated = (resource: Res, rater: string): Res => extended(resource, 'rater', { valueCode: rater })

function totalOf(desk: Desk, { id, all, rater, isBaseline }: Body): Res {
  const rows = all as readonly Level[]
  const inputs = [
    ...rows.map(({ goal, level, weight }) => [goal, `${level} x ${weight}`] as const),
    ...(isBaseline ? [['baseline', 'yes'] as const] : []),
  ]
  return {
    ...rated(withSource(observation(desk, id), inputs, '1'), rater),
    code: concept(cs('measure'), 'gas-t'),
    valueQuantity: {
      value: tScore(rows),
      ...{ unit: '{score}', system: 'http://unitsofmeasure.org', code: '{score}' },
    },
    derivedFrom: rows.map(({ observation: one }) => ref(`Observation/${one}`)),
  }
}

/** The next version of a plan: the same content under another model. */
function successor(old: Res, desk: Desk, { id, model }: Body): Res {
  const { meta: _meta, text: _text, ...kept } = old
  const major = rowsOf(old, 'plan-major')[0]?.['valueInteger'] ?? 1
  const agreements = rowsOf(old, 'agreement')
  return {
    ...(kept as Res),
    ...{ id, meta: tagged(desk), created: desk.at, period: { start: desk.at } },
    replaces: [ref(`CarePlan/${old.id}`)],
    instantiatesCanonical: [modelUrl(model)],
    extension: [
      episodeLink(desk),
      { url: sd('state'), valueCode: 'active' },
      { url: sd('plan-major'), valueInteger: major + 1 },
      ...agreements,
    ],
  }
}
