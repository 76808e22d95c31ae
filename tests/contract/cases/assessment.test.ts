import { afterAll, beforeAll, expect, test } from 'vitest'
import { cognitionList, functionList } from '../../../src/care-plan/instruments/function-cognition.ts'
import { phq9 } from '../../../src/care-plan/instruments/phq-gad.ts'
import { answersInAll } from '../../support/answers.ts'
import { openCaseServer, type CaseServer } from '../../support/case-server.ts'
import { openedCase } from '../../support/case-story.ts'

/** River's step 7 (domain.md 8) through the case API, and what a FHIR client sees of it. */
let server: CaseServer
let caseId: string

beforeAll(async () => {
  server = await openCaseServer('2026-10-15T13:00:00Z')
  caseId = await openedCase(server, 'river')
}, 120_000)

afterAll(async () => {
  await server.close()
})

const command = async (name: string, body: object): Promise<void> => {
  const reply = await server.command(caseId, name, body)
  expect(`${name} ${reply.status} ${reply.status === 200 ? '' : reply.text}`).toBe(`${name} 200 `)
}

const alone = (list: typeof functionList, answer: string) =>
  list.items.map(({ linkId }) => ({ linkId, answer }))

const found = async (path: string) => {
  const reply = await server.call({ path: `/fhir/${path}` })
  expect(reply.status).toBe(200)
  return (reply.json.entry ?? []).map((entry: { resource: unknown }) => entry.resource)
}

test('an assessment goes from answers to conclusions, needs and strengths, and stands in FHIR', async () => {
  await command('StartAssessment', {
    requiredDomains: ['function', 'cognition', 'mood', 'social-needs', 'finances'],
  })
  await command('RecordAnswers', { instrument: 'function', items: alone(functionList, 'some-help') })
  await command('RecordAnswers', { instrument: 'cognition', items: alone(cognitionList, 'sometimes') })
  await command('RecordAnswers', { instrument: 'phq-9', items: answersInAll(phq9, 8, 3) })
  await command('RecordAnswers', {
    instrument: 'ahc-hrsn',
    items: [{ linkId: '93030-5', answer: 'LA33-6' }],
  })
  for (const [kind, text] of [
    ['family', 'Sister Sam drives on Tuesdays'],
    ['community', 'Cycling club'],
    ['home', 'Ground-floor flat'],
  ])
    await command('RecordStrength', { kind, text })
  for (const domain of ['function', 'mood', 'social-needs', 'finances'])
    await command('ConcludeDomain', { domain, text: `Concluded on ${domain}.` })

  const early = await server.command(caseId, 'ConcludeAssessment', { summary: 'Needs much help.' })
  expect(early.status).toBe(422)
  expect(early.json).toMatchObject({ code: 'rule-broken', rule: 'I4' })
  expect(early.text).toContain('cognition')

  await command('ConcludeDomain', { domain: 'cognition', text: 'Memory is weak.' })
  await command('ConcludeAssessment', { summary: 'Needs much help.' })

  const [impression] = await found('ClinicalImpression')
  expect(impression).toMatchObject({ status: 'completed', summary: 'Needs much help.' })
  expect(impression.finding).toHaveLength(5)
  expect(await found('QuestionnaireResponse')).toHaveLength(4)
  const [score] = await found('Observation?code=http://loinc.org|44261-6')
  expect(score).toMatchObject({ status: 'final', valueInteger: 8 })
  const conditions = await found('Condition')
  expect(conditions.map((one: { code: { text: string } }) => one.code.text).toSorted()).toEqual([
    'Help with body care and moving about',
    'Help with the household and errands',
    'Taking medicines safely',
    'Thinking and memory: examination and strategies for daily life',
    'Transportation to appointments and daily errands',
  ])
}, 120_000)

test('a need that answers spoke for is confirmed, deferred with its reason and ranked; FHIR shows it', async () => {
  const [need, other] = await found('Condition')
  expect(need.verificationStatus.coding[0].code).toBe('unconfirmed')
  await command('ConfirmNeed', { need: need.id })
  await command('DeferNeed', { need: need.id, reason: 'After the move.' })
  await command('PrioritiseNeeds', { order: [other.id, need.id] })
  const now = await server.call({ path: `/fhir/Condition/${need.id}` })
  const extension = (name: string) =>
    now.json.extension.find(({ url }: { url: string }) => url.endsWith(`/${name}`))
  expect(now.json.verificationStatus.coding[0].code).toBe('confirmed')
  expect(extension('state').valueCode).toBe('deferred')
  expect(extension('reason').valueString).toBe('After the move.')
  expect(extension('reason-by').valueReference.reference).toBe('Practitioner/noor')
  expect(extension('priority').valueInteger).toBe(2)
}, 60_000)
