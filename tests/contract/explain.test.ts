import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { purgeAll } from '../../src/commands/inbox/retention.ts'
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

  describe('of patients who were merged', () => {
    const said = (event: string, id: string, at: string, segments: readonly string[]) => {
      const head = [`MSH|^~\\&|ENGINE|VALLEY|CW|CW|${at}||ADT^${event}|${id}|P|2.5.1`, `EVN|${event}|${at}`]
      return server.call({ method: 'POST', path: '/adt', body: [...head, ...segments, ''].join('\r') })
    }
    const pid = (number: string, more = '||DOE^JANE||19800101|F') => `PID|1||${number}^^^VALLEY^MR${more}`
    const visitOf = (number: string) => `PV1|1|I|MED^101^A^VALLEY||||||||||||||||${number}^^^VALLEY^VN`
    const causes = async (path: string) => partsOf(await parametersOf(`/fhir/${path}`), 'cause')
    const originsOf = (found: readonly Readonly<Record<string, unknown>>[]) =>
      found.map(one => [one['said'], /\/(\w+)#/.exec(String(one['message']))?.[1]])
    let [kept, gone, visit] = ['', '', '']
    beforeAll(async () => {
      const address = '||DOE^JANE||19800101|F|||1 ELM ST^^VALLEY^CA^90001||5551234'
      await said('A01', 'x1', '20261001080000', [pid('X1'), visitOf('VX1')])
      await said('A01', 'x2', '20261002080000', [
        pid('X2', address).replace('MR|', 'MR~S2^^^STATE^DL|'),
        visitOf('VX2'),
      ])
      ;[kept, gone] = [await idOf('Patient?identifier=X1'), await idOf('Patient?identifier=X2')]
      visit = await idOf('Encounter?identifier=VX2')
      await said('A40', 'x3', '20261003080000', [pid('X1', ''), 'MRG|X2^^^VALLEY^MR'])
    })

    it('names the merge for who was merged away, and the field that says so', async () => {
      for (const element of ['active', 'link'])
        expect(await causes(`Patient/${gone}/$explain?element=${element}`)).toEqual([
          expect.objectContaining({ said: 'MRG-1', event: 'A40', message: expect.stringContaining('/x3#') }),
        ])
      expect(originsOf(await causes(`Patient/${gone}/$explain?element=address`))).toEqual([['PID-11', 'x2']])
    })

    it('names the message of either for what the survivor has of both', async () => {
      expect(originsOf(await causes(`Patient/${kept}/$explain?element=link`))).toEqual([['MRG-1', 'x3']])
      const numbers = originsOf(await causes(`Patient/${kept}/$explain?element=identifier`))
      expect(numbers).toContainEqual(['PID-3', 'x3'])
      expect(numbers).toContainEqual(['MRG-1', 'x3'])
      expect(numbers).toContainEqual(['PID-3', 'x2'])
    })

    it('names the merge for whose a visit is, and its own messages for what it was', async () => {
      const subject = originsOf(await causes(`Encounter/${visit}/$explain?element=subject`))
      expect(subject).toEqual([['MRG-1', 'x3']])
      const place = await causes(`Encounter/${visit}/$explain?element=location`)
      expect(new Set(originsOf(place).map(([, id]) => id))).toEqual(new Set(['x2']))
    })

    it('names what was said of the old number after the merge, where it stands now', async () => {
      await said('A08', 'x4', '20261003090000', [pid('X2', '||DOE^JANE||19800101|F||2106-3'), visitOf('VX2')])
      const found = await causes(`Patient/${kept}/$explain`)
      expect(found).toContainEqual(
        expect.objectContaining({ said: 'PID-10', message: expect.stringContaining('/x4#') }),
      )
    })

    it('names the message that took the merge back', async () => {
      await said('A37', 'x5', '20261004080000', [pid('X1'), pid('X2').replace('PID|1', 'PID|2')])
      const whole = await causes(`Patient/${gone}/$explain`)
      expect(originsOf(whole)).toContainEqual(['PID-3', 'x5'])
      expect(originsOf(await causes(`Encounter/${visit}/$explain?element=subject`))).toEqual([
        ['PID-3', 'x5'],
      ])
    })

    it('names a request as such where no message merged, and what the caller wanted', async () => {
      await server.call({
        ...{ method: 'PUT', path: '/fhir/Observation/turned' },
        body: {
          ...{ resourceType: 'Observation', id: 'turned', status: 'final', code: { text: 'weight' } },
          subject: { reference: `Patient/${gone}` },
        },
      })
      const { json: survivor } = await server.call({ path: `/fhir/Patient/${kept}` })
      const reference = (name: string, id: string) => ({
        ...{ name: `${name}-patient`, valueReference: { reference: `Patient/${id}` } },
      })
      const { status } = await server.call({
        ...{ method: 'POST', path: '/fhir/Patient/$merge' },
        body: {
          resourceType: 'Parameters',
          parameter: [
            ...[reference('source', gone), reference('target', kept)],
            {
              name: 'result-patient',
              resource: {
                ...survivor,
                maritalStatus: { text: 'married' },
                link: [{ type: 'replaces', other: { reference: `Patient/${gone}` } }],
              },
            },
          ],
        },
      })
      expect(status).toBe(200)
      const explained = await parametersOf(`/fhir/Patient/${gone}/$explain?element=active`)
      const [cause, ...others] = partsOf(explained, 'cause')
      expect(others).toEqual([])
      expect(cause).toMatchObject({ said: 'source-patient', event: '$merge' })
      expect(cause).not.toHaveProperty('message')
      expect(String(cause?.['request'])).toMatch(/^urn:casewire:request:/)
      expect(partsOf(explained, 'message')).toEqual([])
      expect(partsOf(explained, 'request')).toEqual([
        { uri: cause?.['request'], id: String(cause?.['request']).slice('urn:casewire:request:'.length) },
      ])
      expect(await causes(`Patient/${kept}/$explain?element=maritalStatus`)).toEqual([
        expect.objectContaining({ said: 'result-patient', request: cause?.['request'] }),
      ])
      expect(await causes(`Observation/turned/$explain?element=subject`)).toEqual([
        expect.objectContaining({ said: 'source-patient', request: cause?.['request'] }),
      ])
      const born = await causes(`Patient/${gone}/$explain?element=birthDate`)
      expect(originsOf(born)).toEqual([['PID-7', 'x5']])
    })
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
