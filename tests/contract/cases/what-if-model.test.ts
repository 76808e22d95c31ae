import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openCaseServer, type CaseServer } from '../../support/case-server.ts'
import { openedCase } from '../../support/case-story.ts'

/** What another model would mean is computed once: what-if, switch-preview and the command itself agree. */
let server: CaseServer
beforeAll(async () => {
  server = await openCaseServer('2026-10-13T13:00:20Z')
}, 120_000)
afterAll(() => server.close())

interface Duty {
  readonly id: string
  readonly rule: string
  readonly due: string
  readonly state: string
}
interface Lines {
  readonly raised: readonly Duty[]
  readonly gone: readonly Duty[]
  readonly moved: readonly { readonly rule: string; readonly from: string; readonly to: string }[]
}

const wait = (ms: number) => {
  server.clock.nowMs += ms
}

const run = async (id: string, name: string, body: object) => {
  const reply = await server.command(id, name, body)
  expect(`${name} ${reply.status === 200 ? '' : reply.text}`).toBe(`${name} `)
  return reply.json.events as readonly { readonly type: string; readonly nounId: string }[]
}

/** A case with a plan in force under the model. */
async function activeCase(patient: string, model: string): Promise<string> {
  const id = await openedCase(server, patient)
  await run(id, 'SelectModel', { model, reason: 'to begin with' })
  const born = async (type: string, name: string, body: object) =>
    (await run(id, name, body)).find(event => event.type === type)?.nounId
  const need = await born('NeedIdentified', 'IdentifyNeed', { text: 'Cannot walk alone', domain: 'function' })
  await run(id, 'ConfirmNeed', { need })
  const plan = await born('PlanDrafted', 'DraftPlan', { title: 'Back on the bicycle', needs: [need] })
  const goal = await born('GoalSet', 'SetGoal', { text: 'Walk alone', needs: [need], plan })
  await run(id, 'AcceptGoal', { goal, by: `Patient/${patient}`, decision: 'agree' })
  await run(id, 'AddActivity', {
    ...{ kind: 'service', text: 'Therapy', setting: 'clinic', owner: 'Practitioner/noor', perWeek: 3 },
    ...{ goals: [goal], needs: [need], plan },
  })
  await run(id, 'ObtainAgreement', { plan, party: 'patient', by: `Patient/${patient}`, decision: 'agreed' })
  await run(id, 'ActivatePlan', { plan })
  wait(86_400_000)
  await run(id, 'RecordContact', { kind: 'phone', minutes: 20 })
  return id
}

const ask = async (id: string, body: object) => {
  const { status, json } = await server.call({ method: 'POST', path: `/cases/${id}/what-if`, body })
  return { status, json }
}
const preview = async (id: string, model: string) =>
  (await server.call({ path: `/cases/${id}/switch-preview?model=${model}` })).json

const OPEN = new Set(['due', 'missed', 'snoozed'])
const openDuties = async (id: string): Promise<readonly Duty[]> =>
  (await server.call({ path: `/cases/${id}/obligations` })).json.obligations.filter(({ state }: Duty) =>
    OPEN.has(state),
  )

const told = ({ raised, gone, moved }: Lines) => ({
  raised: raised.map(({ rule, due }) => `${rule} ${due}`).toSorted(),
  gone: gone.map(({ rule, due }) => `${rule} ${due}`).toSorted(),
  moved: moved.map(({ rule, from, to }) => `${rule} ${from} ${to}`).toSorted(),
})

function difference(before: readonly Duty[], after: readonly Duty[]): ReturnType<typeof told> {
  const [was, is] = [new Map(before.map(one => [one.id, one])), new Map(after.map(one => [one.id, one]))]
  return told({
    raised: after.filter(({ id }) => !was.has(id)),
    gone: before.filter(({ id }) => !is.has(id)),
    moved: after.flatMap(({ id, rule, due }) => {
      const from = was.get(id)?.due
      return from === undefined || from === due ? [] : [{ rule, from, to: due }]
    }),
  })
}

describe.each(['brokerage', 'intensive', 'strengths', 'targeted'])('from clinical to %s', model => {
  test('what-if is the preview, the same a few seconds later, and what the command then does', async () => {
    const id = await activeCase(`switch-${model}`, 'clinical')
    const supposed = await ask(id, { model: { id: model } })
    expect(supposed.status).toBe(200)
    wait(3000)
    expect((await preview(id, model)).duties).toEqual({
      raised: supposed.json.raised,
      gone: supposed.json.gone,
      moved: supposed.json.moved,
    })
    const before = await openDuties(id)
    await run(id, 'SwitchModel', { model, reason: 'as was supposed' })
    expect(told(supposed.json)).toEqual(difference(before, await openDuties(id)))
    expect(supposed.json.raised.map(({ rule }: Duty) => rule)).not.toContain('plan-draft')
    const load = (await ask(id, {})).json.workload
    expect(load.before).toBe(supposed.json.workload.after)
  })
})

test('a first model is supposed as SelectModel would choose it', async () => {
  const id = await openedCase(server, 'first')
  const before = await openDuties(id)
  const supposed = await ask(id, { model: { id: 'intensive' } })
  await run(id, 'SelectModel', { model: 'intensive', reason: 'as was supposed' })
  expect(told(supposed.json)).toEqual(difference(before, await openDuties(id)))
})

test('what the command would refuse is refused', async () => {
  const id = await activeCase('refused', 'clinical')
  expect(await ask(id, { model: { id: 'clinical' } })).toMatchObject({
    ...{ status: 422, json: { code: 'case-condition' } },
  })
  await run(id, 'HoldCase', { hold: 'pause', reason: 'away', reviewBy: '2026-11-01' })
  const held = await ask(id, { model: { id: 'intensive' } })
  expect(held).toMatchObject({ status: 409, json: { code: 'illegal-transition' } })
  expect((await server.command(id, 'SwitchModel', { model: 'intensive', reason: 'x' })).status).toBe(409)
})
