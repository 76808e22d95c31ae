import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Resource } from '../../src/fhir/resource.ts'
import { validateResource } from '../../src/fhir/validation/validate-resource.ts'
import { openBreaker } from '../../src/sync/breaker.ts'
import { caseInACircle } from '../support/case-in-a-circle.ts'
import type { Answer } from '../support/fake-peer.ts'
import { openSyncBench } from '../support/sync-bench.ts'

let bench: Awaited<ReturnType<typeof openSyncBench>>
let at: Awaited<ReturnType<typeof bench.fresh>>

beforeAll(async () => {
  bench = await openSyncBench()
})
afterAll(() => bench.close())
beforeEach(async () => {
  at = await bench.fresh()
  await at.write(caseInACircle(at.idFor, at.mrn))
  await at.quiet()
})
afterEach(() => at.end())

const isPoll = (url: string): boolean => url.includes('_sort=')
type Page = Resource & { readonly entry: readonly { readonly resource: Resource }[] }
const withBody = (answer: Answer, change: (bundle: Page) => unknown): Answer => ({
  ...answer,
  body: change(answer.body as Page),
})
const editThere = (edit: (task: Resource) => Resource): void =>
  at.peer.change('Task', at.there('Task').id ?? '', edit)

describe('what a peer says', () => {
  test('a page that names itself as the next one ends the round for that type, and the others are polled', async () => {
    editThere(task => ({ ...task, priority: 'stat' }))
    at.peer.retell(({ url }, answer) =>
      url.includes('CarePlan?')
        ? withBody(answer, bundle => ({ ...bundle, link: [{ relation: 'next', url }] }))
        : answer,
    )
    await at.sync.runOnce()
    expect(await at.here('Task', 'task')).toMatchObject({ priority: 'stat' })
    expect((await at.sync.status()).refused).toMatchObject({ CarePlan: expect.stringContaining('page') })
  }, 10_000)

  test('a resource that is no R4 is left out, and what stands beside it comes in', async () => {
    editThere(task => ({ ...task, priority: 'stat' }))
    at.peer.retell(({ url }, answer) =>
      isPoll(url)
        ? withBody(answer, bundle => ({
            ...bundle,
            entry: [
              null,
              { resource: null },
              { resource: { resourceType: 'Task', id: 'bad id!' } },
              { resource: { ...at.there('Task'), id: 'poison', for: 'somebody', status: 7, identifier: 3 } },
              { resource: { ...at.there('Task'), id: 'undated', meta: { lastUpdated: 'yesterday' } } },
              ...bundle.entry,
            ],
          }))
        : answer,
    )
    await at.sync.runOnce()
    expect(at.failures).toEqual([])
    expect((await at.sync.status()).leftOut).toContainEqual({
      key: 'Task/poison',
      reason: expect.stringContaining('Task.'),
    })
    expect(await at.here('Task', 'task')).toMatchObject({ priority: 'stat' })
  })

  test('a resource told in part (SUBSETTED) takes nothing away here', async () => {
    editThere(task => ({ ...task, priority: 'stat', description: 'long' }))
    await at.quiet()
    at.peer.retell(({ url }, answer) =>
      isPoll(url)
        ? withBody(answer, bundle => ({
            ...bundle,
            entry: bundle.entry.map(({ resource }) => ({
              resource: {
                resourceType: resource.resourceType,
                id: resource.id,
                status: resource['status'],
                meta: {
                  ...resource.meta,
                  versionId: `${resource.meta?.versionId}0`,
                  tag: [
                    {
                      system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue',
                      code: 'SUBSETTED',
                    },
                  ],
                },
              },
            })),
          }))
        : answer,
    )
    await at.sync.runOnce()
    expect(await at.here('Task', 'task')).toMatchObject({ description: 'long', priority: 'stat' })
  })

  test('a page of HTML with status 404 is no word about a resource: the row waits', async () => {
    await at.write([{ ...(await at.here('Task', 'task')), priority: 'urgent' }])
    at.peer.retell(() => ({ status: 404, headers: { 'content-type': 'text/html' }, body: '<html>no</html>' }))
    await at.sync.runOnce()
    expect(await at.sync.status()).toMatchObject({ state: 'away', waiting: 1, dead: 0 })
    at.peer.retell(undefined)
    await at.quiet()
    expect(at.there('Task')).toMatchObject({ priority: 'urgent' })
  })
})

test('a Retry-After of years is waited for an hour at most', () => {
  const breaker = openBreaker(() => 0, { away: () => {}, back: () => {} })
  breaker.report({ kind: 'away', reason: 'HTTP 503', retryAfterMs: 99_999_999_999_000 })
  expect(breaker.waitMs()).toBe(3_600_000)
})

test('a round that an operator asks for while another runs waits for it: nothing is sent twice', async () => {
  const sent: string[] = []
  at.peer.retell(({ method, url }, answer) => {
    if (method === 'PUT') sent.push(url)
    return answer
  })
  await at.write([{ ...(await at.here('Task', 'task')), priority: 'urgent' }])
  await Promise.all([at.sync.runOnce(), at.sync.runOnce(), at.sync.runOnce()])
  expect(sent).toHaveLength(1)
})

test('a type with room for one identifier or none goes out as valid R4, and once although the answer is lost', async () => {
  const other = await bench.fresh({ push: ['QuestionnaireResponse', 'Provenance'], pull: [] })
  const answers = { resourceType: 'QuestionnaireResponse', status: 'completed' }
  const provenance = {
    resourceType: 'Provenance',
    recorded: '2026-11-20T10:00:00Z',
    target: [{ reference: `QuestionnaireResponse/${other.idFor('bare')}` }],
    agent: [{ who: { display: 'somebody' } }],
  }
  other.peer.faults.push({ kind: 'lost-answer' }, { kind: 'lost-answer' })
  await other.write([
    { ...answers, id: other.idFor('bare') },
    { ...answers, id: other.idFor('named'), identifier: { system: 'urn:qr', value: 'q-1' } },
    { ...provenance, id: other.idFor('prov') },
  ])
  await other.quiet()
  const there = [...other.peer.all('QuestionnaireResponse'), ...other.peer.all('Provenance')]
  expect(there).toHaveLength(3)
  for (const resource of there) expect(validateResource(resource)).toEqual([])
  await other.end()
})

describe('a peer without versions', () => {
  const bare = ({ meta, ...resource }: Resource): unknown => ({
    ...resource,
    meta: { ...meta, versionId: undefined },
  })
  const unversioned = (answer: Answer): Answer =>
    withBody(answer, body =>
      Array.isArray(body.entry) && body['type'] === 'searchset'
        ? { ...body, entry: body.entry.map(({ resource }) => ({ resource: bare(resource) })) }
        : bare(body),
    )

  test('is written to without a version, after its own state has been read', async () => {
    at.peer.retell((_asked, answer) => unversioned(answer))
    editThere(task => ({ ...task, description: 'theirs' }))
    await at.quiet()
    await at.write([{ ...(await at.here('Task', 'task')), priority: 'urgent' }])
    await at.quiet()
    expect(await at.sync.status()).toMatchObject({ state: 'up', waiting: 0, dead: 0 })
    expect(at.there('Task')).toMatchObject({ priority: 'urgent', description: 'theirs' })
  })
})

describe('what was given up', () => {
  test('is listed with its reason, and an operator who asks for a round has it tried again', async () => {
    const refuses = {
      status: 422,
      body: { resourceType: 'OperationOutcome', issue: [{ code: 'invariant' }] },
    }
    at.peer.retell(({ method }, answer) => (method === 'PUT' ? refuses : answer))
    await at.write([{ ...(await at.here('Task', 'task')), priority: 'urgent' }])
    await at.sync.runOnce()
    expect(await at.sync.status()).toMatchObject({
      dead: 1,
      givenUp: [{ key: `Task/${at.idFor('task')}`, reason: 'HTTP 422 invariant' }],
    })
    at.peer.retell(undefined)
    await at.sync.runOnce()
    expect(await at.sync.status()).toMatchObject({ dead: 0, givenUp: [] })
    expect(at.there('Task')).toMatchObject({ priority: 'urgent' })
  })
})
