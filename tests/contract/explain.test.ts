import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { purgeAll } from '../../src/commands/retention.ts'
import { openCaseServer, type CaseServer } from '../support/case-server.ts'

const message = (
  event: string,
  controlId: string,
  at: string,
  more: { family?: string; end?: string } = {},
) =>
  [
    `MSH|^~\\&|ENGINE|VALLEY|CW|CW|${at}||ADT^${event}|${controlId}|P|2.5.1`,
    `EVN|${event}|${at}`,
    `PID|1||M1^^^VALLEY^MR||${more.family ?? 'DOE'}^JANE||19800101|F`,
    `PV1|1|I|MED^101^A^VALLEY||||||||||||||||V1^^^VALLEY^VN|||||||||||||||||${more.end ? '01' : ''}||||||||20261005183000${more.end ? `|${more.end}` : ''}`,
  ].join('\r') + '\r'

interface Part {
  readonly name: string
  readonly part?: readonly Part[]
  readonly [value: string]: unknown
}

let server: CaseServer
beforeAll(async () => {
  server = await openCaseServer('2026-10-09T12:00:00Z')
  for (const [event, id, at, more] of [
    ['A01', 'm1', '20261005183000', {}],
    ['A08', 'm2', '20261006090000', { family: 'ROE' }],
    ['A03', 'm3', '20261008110000', { family: 'ROE', end: '20261008103000' }],
  ] as const) {
    await server.call({ method: 'POST', path: '/adt', body: message(event, id, at, more) })
  }
})
afterAll(() => server.close())

const idOf = async (query: string): Promise<string> => {
  const found = (await server.call({ path: `/fhir/${query}` })).json as {
    entry: { resource: { id: string } }[]
  }
  return found.entry[0]?.resource.id ?? ''
}
const parametersOf = async (path: string): Promise<readonly Part[]> =>
  ((await server.call({ path })).json as { parameter?: readonly Part[] }).parameter ?? []
const partsOf = (all: readonly Part[], name: string): readonly Readonly<Record<string, unknown>>[] =>
  all
    .filter(one => one.name === name)
    .map(({ part = [] }) =>
      Object.fromEntries(part.map(({ name: key, ...value }) => [key, Object.values(value)[0]])),
    )

describe('$explain', () => {
  it('names message, segment and field of an element', async () => {
    const patient = await idOf('Patient?identifier=M1')
    const causes = partsOf(
      await parametersOf(`/fhir/Patient/${patient}/$explain?element=name[0].family`),
      'cause',
    )
    expect(causes).toEqual([
      expect.objectContaining({
        said: 'PID-5',
        element: 'name[0].family',
        recorded: '2026-10-08T15:00:00.000Z',
      }),
    ])
    expect(String(causes[0]?.['message'])).toContain('/m3#')
  })

  it('names the movement beside the field where a movement did it', async () => {
    const visit = await idOf('Encounter?identifier=V1')
    const causes = partsOf(
      await parametersOf(`/fhir/Encounter/${visit}/$explain?element=Encounter.status`),
      'cause',
    )
    expect(causes.map(({ said, event }) => [said, event])).toContainEqual(['A03', 'A03'])
    const end = partsOf(await parametersOf(`/fhir/Encounter/${visit}/$explain?element=period.end`), 'cause')
    expect(end.map(({ said }) => said)).toContain('PV1-45')
  })

  it('explains a whole resource, with what is known of each message and who wrote it', async () => {
    const all = await parametersOf(`/fhir/Patient/${await idOf('Patient?identifier=M1')}/$explain`)
    expect(partsOf(all, 'cause').map(({ said }) => said)).toEqual(
      expect.arrayContaining(['PID-3', 'PID-5', 'PID-7', 'PID-8']),
    )
    expect(partsOf(all, 'message')).toContainEqual(
      expect.objectContaining({ outcome: 'applied', text: 'kept' }),
    )
    expect(partsOf(all, 'writer').length).toBeGreaterThan(0)
  })

  it.each(['Location?_count=1', 'EpisodeOfCare?_count=1', 'Task?code=med-rec', 'Provenance?_count=1'])(
    'knows the message of %s too, although no field of it is a cause',
    async query => {
      const found = await idOf(query)
      const messages = partsOf(
        await parametersOf(`/fhir/${query.split('?')[0]}/${found}/$explain`),
        'message',
      )
      expect(messages).not.toEqual([])
      for (const one of messages) expect(one).toMatchObject({ outcome: 'applied', text: 'kept' })
    },
  )

  it('explains a duty by its rule, what called for it and the calendar in words', async () => {
    const task = await idOf('Task?code=med-rec')
    const [duty] = partsOf(await parametersOf(`/fhir/Task/${task}/$explain`), 'duty')
    expect(duty).toMatchObject({ rule: 'med-rec', trigger: 'the discharge', state: 'due' })
    expect(String(duty?.['message'])).toContain('/m3#')
    expect(String(duty?.['arithmetic'])).toContain('30')
    expect(String(duty?.['source'])).toContain('HEDIS')
  })

  it('says of what clients wrote who wrote it, and that no message did', async () => {
    const body = { resourceType: 'Basic', id: 'b1', code: { text: 'x' } }
    await server.call({ method: 'PUT', path: '/fhir/Basic/b1', body })
    const all = await parametersOf('/fhir/Basic/b1/$explain')
    expect(partsOf(all, 'cause')).toEqual([])
    expect(partsOf(all, 'writer')).toHaveLength(1)
  })

  it('refuses an element that the resource lacks, and answers 404 for a resource that there is not', async () => {
    expect((await server.call({ path: '/fhir/Basic/b1/$explain?element=subject' })).status).toBe(400)
    expect((await server.call({ path: '/fhir/Basic/b1/$explain?element=a-b' })).status).toBe(400)
    expect((await server.call({ path: '/fhir/Basic/none/$explain' })).status).toBe(404)
  })

  it('explains what was said of a number that was merged away', async () => {
    const other = message('A01', 'm4', '20261008120000').replaceAll('M1^', 'M2^').replaceAll('V1^', 'V2^')
    await server.call({ method: 'POST', path: '/adt', body: other })
    const merge = [
      'MSH|^~\\&|ENGINE|VALLEY|CW|CW|20261008130000||ADT^A40|m5|P|2.5.1',
      'EVN|A40|20261008130000',
      'PID|1||M1^^^VALLEY^MR||ROE^JANE||19800101|F',
      'MRG|M2^^^VALLEY^MR',
    ]
    await server.call({ method: 'POST', path: '/adt', body: `${merge.join('\r')}\r` })
    const visit = await idOf('Encounter?identifier=V2')
    const causes = partsOf(await parametersOf(`/fhir/Encounter/${visit}/$explain?element=location`), 'cause')
    expect(causes.map(({ message: uri }) => String(uri)).some(uri => uri.includes('/m4#'))).toBe(true)
  })

  it('names the message itself where its sender used a control id again', async () => {
    for (const number of ['M8', 'M9']) {
      const body = message('A01', 'r1', '20261007090000')
        .replace('M1^', `${number}^`)
        .replace('V1^', `${number}V^`)
      await server.call({ method: 'POST', path: '/adt', body })
    }
    const knownOf = async (number: string) => {
      const id = await idOf(`Patient?identifier=${number}`)
      const known = partsOf(await parametersOf(`/fhir/Patient/${id}/$explain`), 'message')
      return known.filter(({ uri }) => String(uri).includes('/r1#'))
    }
    const [[first], [again]] = [await knownOf('M8'), await knownOf('M9')]
    expect(first).toMatchObject({ outcome: 'applied', text: 'kept' })
    expect(again).toMatchObject({ outcome: 'applied', text: 'kept' })
    expect(again?.['id']).not.toBe(first?.['id'])
  })

  it('says that the text of a message is kept no longer', async () => {
    const clock = { nowMs: () => Date.parse('2027-10-09T12:00:00Z') }
    await purgeAll(
      { inbox: server.app.store.inbox, tenants: [1], retention: { textDays: 30 }, clock },
      () => false,
    )
    const path = `/fhir/Patient/${await idOf('Patient?identifier=M1')}/$explain?element=birthDate`
    expect(partsOf(await parametersOf(path), 'message')).toContainEqual(
      expect.objectContaining({ text: 'kept no longer' }),
    )
  })
})
