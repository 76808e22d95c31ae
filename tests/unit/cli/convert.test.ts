import { describe, expect, it } from 'vitest'
import { cliIo } from '../../../src/app-cli.ts'
import { convert } from '../../../src/cli/convert.ts'
import { cloudEvent, notification, redox, v2Xml } from '../../support/one-visit.ts'

const admission = [
  'MSH|^~\\&|HIE|NORTH|CW|CW|20261125170000||ADT^A01|1|P|2.5.1',
  'EVN|A01|20261125170000',
  'PID|1||77^^^NORTH^MR||RIVER^ANA',
  `PV1|1|I|W^1^1${'|'.repeat(16)}V9${'|'.repeat(20)}^^^^^^CA|||||20261125160000`,
].join('\r')

async function converted(
  args: readonly string[],
  environment: Record<string, string> = {},
  input = admission,
) {
  const out: string[] = []
  const err: string[] = []
  const io = {
    ...cliIo(environment),
    out: (text: string) => out.push(text),
    err: (text: string) => err.push(text),
    readStdin: () => Promise.resolve(Buffer.from(input)),
  }
  const code = await convert.run([...args, '-'], io)
  return { code, err: err.join(''), text: out.join('') }
}

describe('casewire convert --sources', () => {
  it('reads messages as the settings of their sender say', async () => {
    const sources = JSON.stringify({ sources: { 'HIE|NORTH': { timeZone: 'Europe/Rome' } } })
    expect((await converted([])).text).toContain('"2026-11-25T16:00:00+00:00"')
    expect((await converted(['--sources', sources])).text).toContain('"2026-11-25T16:00:00+01:00"')
  })

  it('takes the zone from the field that the sender names', async () => {
    const timeZoneBy = { field: 'PV1-39.7', zones: { CA: 'America/Los_Angeles' } }
    const { text } = await converted(['--sources', JSON.stringify({ default: { timeZoneBy } })])
    expect(text).toContain('"2026-11-25T16:00:00-08:00"')
  })

  it('goes by SOURCES_CONFIG where it is not given', async () => {
    const sources = JSON.stringify({ default: { timeZone: 'Europe/Lisbon' } })
    expect((await converted([], { SOURCES_CONFIG: sources })).text).toContain('T16:00:00+00:00')
  })

  it('refuses settings that are wrong with exit code 2, naming the place', async () => {
    const { code, err } = await converted(['--sources', '{"default":{"timeZone":"Rome"}}'])
    expect(code).toBe(2)
    expect(err).toContain('SOURCES_CONFIG: given a value at /default/timeZone')
  })
})

describe('casewire convert', () => {
  it.each([
    ['HL7 v2 XML', v2Xml],
    ['a CloudEvent', cloudEvent],
    ['a FHIR notification', notification],
    ["Redox's JSON", redox],
  ])('takes %s', async (_shape, shape) => {
    const { code, text } = await converted([], {}, shape('admit'))
    expect(code).toBe(0)
    expect(JSON.parse(text)).toMatchObject({ resourceType: 'Bundle', type: 'transaction' })
    expect(text).toContain('Moreau & Søn')
  })

  it('says what it saw where there is no message', async () => {
    const { code, text } = await converted([], {}, '<ClinicalDocument/>')
    expect([code, text]).toEqual([1, expect.stringContaining('XML without an MSH segment')])
  })
})
