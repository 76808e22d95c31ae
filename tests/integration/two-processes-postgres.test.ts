import { afterAll, beforeAll, expect, test } from 'vitest'
import { openCaseServer, type CaseServer, type Reply } from '../support/case-server.ts'
import { openedCase } from '../support/case-story.ts'
import { describeWith, freshDatabase, type FreshDatabase } from '../support/real-servers.ts'

interface Shown {
  readonly id: string
  readonly [name: string]: unknown
}

// The clock stands still: all that both processes write has one instant, so that time tells nothing of what changed.
describeWith(['postgres'], 'two processes on one database, at one instant', () => {
  let database: FreshDatabase
  let [one, other]: CaseServer[] = []
  let id: string
  const open = () => openCaseServer(undefined, { environment: { DATABASE_URL: database.url } })
  const servers = (): readonly [CaseServer, CaseServer] => {
    if (!one || !other) throw new Error('they are opened before all tests')
    return [one, other]
  }
  beforeAll(async () => {
    database = await freshDatabase()
    one = await open()
    other = await open()
    id = await openedCase(one, 'p1')
    await one.call({ method: 'PUT', path: '/fhir/Patient/p2', body: { resourceType: 'Patient', id: 'p2' } })
  }, 120_000)
  afterAll(async () => {
    await Promise.all(servers().map(server => server.close()))
    await database[Symbol.asyncDispose]()
  })

  /** What both know of the case, which must be the same. */
  const agreed = async (...more: readonly CaseServer[]) => {
    const [seen, ...others] = await Promise.all(
      [...servers(), ...more].map(server => server.call({ path: `/cases/${id}` })),
    )
    for (const reply of others) {
      expect([reply.status, reply.headers['etag'], reply.json]).toEqual([
        200,
        seen?.headers['etag'],
        seen?.json,
      ])
    }
    return { etag: seen?.headers['etag'] ?? '', goals: (seen?.json.goals ?? []) as readonly Shown[] }
  }
  const edit = async (server: CaseServer, goal: string, change: (goal: Shown) => object): Promise<Reply> => {
    const path = `/fhir/Goal/${goal}`
    const { json, headers } = await server.call({ path })
    return server.call({
      ...{ method: 'PUT', path, body: change(json as Shown) },
      headers: { 'if-match': headers['etag'] ?? '' },
    })
  }
  const setGoal = async (server: CaseServer, text: string): Promise<string> => {
    const reply = await server.command(id, 'SetGoal', { text })
    expect(reply.status).toBe(200)
    return reply.json.events[0].nounId as string
  }
  const isRefused = async (server: CaseServer, etag: string): Promise<void> => {
    const { status } = await server.command(id, 'SetGoal', { text: 'never' }, { 'if-match': etag })
    expect(status).toBe(412)
  }

  test('what one writes by a command or by FHIR the other sees at once, and refuses what was decided before', async () => {
    for (let turn = 0; turn < 4; turn += 1) {
      const [writer, reader] = turn % 2 === 0 ? servers() : servers().toReversed()
      if (!writer || !reader) throw new Error('there are two')
      const before = await agreed()
      const goal = await setGoal(writer, `walk ${turn}`)
      const between = await agreed()
      const edited = await edit(reader, goal, was => ({ ...was, description: { text: `ride ${turn}` } }))
      expect(edited.status).toBe(200)
      await isRefused(writer, between.etag)
      await isRefused(reader, before.etag)
      const after = await agreed()
      expect(after.goals.find(shown => shown.id === goal)).toMatchObject({ text: `ride ${turn}` })
      expect(new Set([before.etag, between.etag, after.etag]).size).toBe(3)
    }
  })

  test('what leaves the record, comes into it or back, is so for both', async () => {
    const [writer, reader] = servers()
    const path = '/fhir/RelatedPerson/r1'
    const person = { resourceType: 'RelatedPerson', id: 'r1', patient: { reference: 'Patient/p1' } }
    const moved = { ...person, patient: { reference: 'Patient/p2' } }
    const speak = async (server: CaseServer): Promise<number> =>
      (await server.command(id, 'SetGoal', { text: 'x', expressedBy: 'RelatedPerson/r1' })).status
    const steps = [person, undefined, person, moved, person, undefined, moved, person]
    // While somebody is known to speak for the patient, nobody else may.
    const body = { ...person, id: 'r0' }
    expect((await writer.call({ method: 'PUT', path: '/fhir/RelatedPerson/r0', body })).status).toBe(201)
    for (const [n, step] of steps.entries()) {
      const method = step ? 'PUT' : 'DELETE'
      const written = await (n % 3 === 0 ? writer : reader).call({
        method,
        path,
        ...(step && { body: step }),
      })
      expect(written.status).toBeLessThan(300)
      const expected = step === person ? 200 : 422
      expect([n, await speak(reader), await speak(writer)]).toEqual([n, expected, expected])
      await agreed()
    }
  })

  test('of many who write the same at once, through either, one is first; the others are told and nothing is lost', async () => {
    const [writer] = servers()
    const body = { resourceType: 'Basic', id: 'b1', code: { text: '0' } }
    await writer.call({ method: 'PUT', path: '/fhir/Basic/b1', body })
    const many = Array.from({ length: 12 }, (_, n) => ({ server: servers()[n % 2] ?? writer, n }))
    const put = ({ server, n }: (typeof many)[number], headers = {}) =>
      server.call({
        method: 'PUT',
        path: '/fhir/Basic/b1',
        body: { ...body, code: { text: `${n + 1}` } },
        headers,
      })
    const matched = await Promise.all(many.map(each => put(each, { 'if-match': 'W/"1"' })))
    expect(matched.map(({ status }) => status).toSorted()).toEqual([200, ...Array<number>(11).fill(412)])
    const made = await Promise.all(
      many.map(({ server }) =>
        server.call({
          ...{ method: 'POST', path: '/fhir/Basic', headers: { 'if-none-exist': 'identifier=urn:x|1' } },
          body: { resourceType: 'Basic', identifier: [{ system: 'urn:x', value: '1' }], code: { text: 'x' } },
        }),
      ),
    )
    expect(made.map(({ status }) => status).toSorted()).toEqual([...Array<number>(11).fill(200), 201])
    const free = await Promise.all(many.map(each => put(each)))
    expect(new Set(free.map(({ status }) => status))).toEqual(new Set([200]))
    const history = await writer.call({ path: '/fhir/Basic/b1/_history?_count=50' })
    const metas = history.json.entry.map(({ resource }: { resource: { meta: object } }) => resource.meta)
    const versions = metas.map(({ versionId }: { versionId: string }) => Number(versionId))
    const times = metas.map(({ lastUpdated }: { lastUpdated: string }) => lastUpdated)
    expect(versions).toEqual(versions.map((_: number, n: number) => versions.length - n))
    expect(times).toEqual([...new Set<string>(times)].toSorted().toReversed())
  })

  test('who comes new knows the same as those who remember', async () => {
    const third = await open()
    await agreed(third)
    await third.close()
  }, 60_000)
})
