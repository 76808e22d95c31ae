import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seedQuestionnaires } from '../../../src/commands/cases/seed-questionnaires.ts'
import { openCaseServer, type CaseServer } from '../../support/case-server.ts'
import { openedCase } from '../../support/case-story.ts'

let server: CaseServer
/** Canonical base, as the instruments name it. */
let cm: string
beforeAll(async () => {
  server = await openCaseServer()
  const { json } = await server.call({ path: '/instruments' })
  cm = json.instruments[0].canonical.split('/Questionnaire/')[0]
})
afterAll(() => server.close())

const QUESTIONS = [
  ...['44250-9', '44255-8', '44259-0', '44254-1', '44251-7', '44258-2', '44252-5', '44253-3', '44260-8'],
]

const phq9 = (caseId: string, patient: string, code: string, more: object = {}) => ({
  resourceType: 'QuestionnaireResponse',
  status: 'completed',
  questionnaire: `${cm}/Questionnaire/phq-9|1.0.0`,
  subject: { reference: `Patient/${patient}` },
  authored: '2026-10-13T09:00:00-04:00',
  author: { reference: 'Practitioner/noor' },
  extension: [
    {
      url: 'http://hl7.org/fhir/StructureDefinition/workflow-episodeOfCare',
      valueReference: { reference: `EpisodeOfCare/${caseId}` },
    },
  ],
  item: QUESTIONS.map(question => ({
    linkId: `/${question}`,
    answer: [{ valueCoding: { system: 'http://loinc.org', code } }],
  })),
  ...more,
})

const write = (id: string, body: object) =>
  server.call({ method: 'PUT', path: `/fhir/QuestionnaireResponse/${id}`, body: { ...body, id } })

interface Found {
  readonly id: string
  readonly status: string
  readonly valueInteger?: number
  readonly derivedFrom?: readonly { readonly reference: string }[]
  readonly url?: string
  readonly version?: string
}

const found = async (type: string, patient: string): Promise<readonly Found[]> => {
  const { json } = await server.call({ path: `/fhir/${type}?patient=Patient/${patient}&_count=200` })
  return (json.entry ?? []).map((row: { resource: unknown }) => row.resource)
}

const scoresOf = async (patient: string, response: string) =>
  (await found('Observation', patient)).filter(one =>
    one.derivedFrom?.some(row => row.reference === `QuestionnaireResponse/${response}`),
  )

describe('answers that come by FHIR', () => {
  test('get their score, are taken into the assessment and propose needs, once', async () => {
    const caseId = await openedCase(server, 'q1')
    const started = await server.command(caseId, 'StartAssessment', { requiredDomains: ['mood'] })
    const assessment = started.json.events.find(({ noun }: { noun: string }) => noun === 'assessment')
      .nounId as string
    const reply = await write('qr1', phq9(caseId, 'q1', 'LA6570-1'))
    expect(reply.status, reply.text).toBe(201)
    const [score, ...others] = await scoresOf('q1', 'qr1')
    expect(others).toEqual([])
    expect(score).toMatchObject({ status: 'final', valueInteger: 18 })
    const needs = await found('Condition', 'q1')
    expect(needs.length).toBeGreaterThan(0)
    const impression = await server.call({ path: `/fhir/ClinicalImpression/${assessment}` })
    const items = JSON.stringify(impression.json.investigation)
    expect(items).toContain('QuestionnaireResponse/qr1')
    expect(items).toContain(`Observation/${score?.id}`)
    const { json } = await server.call({ path: `/cases/${caseId}/timeline?count=200` })
    const types = json.events.map(({ type }: { type: string }) => type)
    expect(types).toEqual(expect.arrayContaining(['AnswersRecorded', 'NeedIdentified', 'AssessmentRevised']))
    const [need] = needs
    await server.command(caseId, 'DeclineNeed', { need: need?.id, reason: 'not now' })
    await write('qr1', phq9(caseId, 'q1', 'LA6570-1', { language: 'en' }))
    expect(await scoresOf('q1', 'qr1')).toHaveLength(1)
    expect(await found('Condition', 'q1')).toHaveLength(needs.length)
  })

  test('amend their score when they are amended, and withdraw it when they were an error', async () => {
    const caseId = await openedCase(server, 'q2')
    await write('qr2', phq9(caseId, 'q2', 'LA6569-3'))
    const [first] = await scoresOf('q2', 'qr2')
    expect(first?.valueInteger).toBe(9)
    const read = await server.call({ path: '/fhir/QuestionnaireResponse/qr2' })
    const { item } = phq9(caseId, 'q2', 'LA6571-9')
    expect((await write('qr2', { ...read.json, status: 'amended', item })).status).toBe(200)
    const [second, ...others] = await scoresOf('q2', 'qr2')
    expect([second?.id, second?.status, second?.valueInteger, others]).toEqual([first?.id, 'amended', 27, []])
    const amended = await server.call({ path: '/fhir/QuestionnaireResponse/qr2' })
    await write('qr2', { ...amended.json, status: 'entered-in-error' })
    expect((await scoresOf('q2', 'qr2')).map(({ status }) => status)).toEqual(['entered-in-error'])
  })

  test('are not read while they are in progress, of an instrument that is none of ours, or of no case', async () => {
    const caseId = await openedCase(server, 'q3')
    await write('qr3', phq9(caseId, 'q3', 'LA6570-1', { status: 'in-progress' }))
    await write('qr4', phq9(caseId, 'q3', 'LA6570-1', { questionnaire: 'http://example.org/q/other' }))
    await write('qr5', phq9(caseId, 'q3', 'LA6570-1', { extension: [] }))
    expect(await found('Observation', 'q3')).toEqual([])
    await write('qr3', phq9(caseId, 'q3', 'LA6570-1'))
    expect(await scoresOf('q3', 'qr3')).toHaveLength(1)
  })

  test('leave a score alone that its client computed, and those of RecordAnswers', async () => {
    const caseId = await openedCase(server, 'q4')
    const items = QUESTIONS.map(linkId => ({ linkId, answer: 'LA6569-3' }))
    const recorded = await server.command(caseId, 'RecordAnswers', { instrument: 'phq-9', items })
    const answers = recorded.json.events.find(({ noun }: { noun: string }) => noun === 'answers').nounId
    await write('qr6', phq9(caseId, 'q4', 'LA6569-3'))
    expect(await scoresOf('q4', answers)).toHaveLength(1)
    expect(await scoresOf('q4', 'qr6')).toHaveLength(1)
  })
})

describe('GET /fhir/Questionnaire', () => {
  test('has every shipped instrument, as answers name it', async () => {
    const { json } = await server.call({ path: '/fhir/Questionnaire?status=active&_count=50' })
    const urls = json.entry.map(({ resource }: { resource: Found }) => `${resource.url}|${resource.version}`)
    const { json: list } = await server.call({ path: '/instruments' })
    expect(urls.toSorted()).toEqual(
      list.instruments.map((one: { canonical: string }) => one.canonical).toSorted(),
    )
    const byUrl = await server.call({ path: `/fhir/Questionnaire?url=${cm}/Questionnaire/gad-7` })
    expect(byUrl.json.entry[0].resource.meta.versionId).toBe('1')
    const { store } = server.app
    await seedQuestionnaires({
      ...{ store, tenant: 1, canonicalBase: cm, targets: [] },
      clock: { nowMs: () => server.clock.nowMs },
    })
    const again = await server.call({ path: '/fhir/Questionnaire?status=active&_count=50' })
    expect(again.json.entry).toEqual(json.entry)
  })
})
