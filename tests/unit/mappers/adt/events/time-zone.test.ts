import { expect, test } from 'vitest'
import type { Resource } from '../../../../../src/fhir/resource.ts'
import { convertMessage } from '../../../../../src/mappers/adt/convert.ts'
import { sourceSettings, type SourceOverrides } from '../../../../../src/mappers/adt/source.ts'

const zones = { NY: 'America/New_York', CA: 'America/Los_Angeles' }

interface Sent {
  readonly admitted?: string
  readonly msh7?: string
  readonly state?: string
  readonly zfa4?: string
  readonly version?: string
}

const er7 = ({
  admitted = '20260701083000',
  msh7 = '20260701090000',
  state = '',
  zfa4,
  version = '2.5.1',
}: Sent): string =>
  [
    `MSH|^~\\&|HIE|NORTH|||${msh7}||ADT^A01|1|P|${version}`,
    'PID|1||X1^^^NORTH^MR||Moreau^Ada',
    `PV1|1|I|MED||||||||||||||||V1${'|'.repeat(20)}N^^^^^^${state}|||||${admitted}`,
    ...(zfa4 === undefined ? [] : [`ZFA|1|2|3|${zfa4}`]),
  ].join('\r')

/** Encounter.period.start. */
function start(sent: Sent, own: SourceOverrides = {}): string | undefined {
  const settings = sourceSettings({
    tenant: 1,
    canonicalBase: 'https://casewire.example/fhir',
    timeZone: 'Europe/Rome',
    sources: { 'HIE|NORTH': own },
  })
  const bundle = convertMessage(er7(sent), settings)
  const entries = (bundle['entry'] ?? []) as readonly { readonly resource: Resource }[]
  const encounter = entries.find(({ resource }) => resource.resourceType === 'Encounter')?.resource
  return (encounter?.['period'] as { readonly start?: string } | undefined)?.start
}

const byState: SourceOverrides = { timeZoneBy: { field: 'PV1-39.7', zones }, timeZone: 'America/Chicago' }
const byZ: SourceOverrides = { timeZoneBy: { field: 'ZFA-4', zones } }

test("a time's zone: its own offset, MSH-7's, the field that the source names, the source's, the service's", () => {
  const msh7 = '20260701090000-0300'
  expect(start({ admitted: '20260701083000+0400', msh7, state: 'NY' }, byState)).toBe(
    '2026-07-01T08:30:00+04:00',
  )
  expect(start({ msh7, state: 'NY' }, byState)).toBe('2026-07-01T08:30:00-03:00')
  expect(start({ state: 'NY' }, byState)).toBe('2026-07-01T08:30:00-04:00')
  expect(start({ state: 'CA' }, byState)).toBe('2026-07-01T08:30:00-07:00')
  expect(start({ state: 'ZZ' }, byState)).toBe('2026-07-01T08:30:00-05:00')
  expect(start({}, { timeZone: 'America/Chicago' })).toBe('2026-07-01T08:30:00-05:00')
  expect(start({})).toBe('2026-07-01T08:30:00+02:00')
})

test('a Z-segment may say the zone', () => {
  expect(start({ zfa4: 'CA' }, byZ)).toBe('2026-07-01T08:30:00-07:00')
  expect(start({ zfa4: '' }, byZ)).toBe('2026-07-01T08:30:00+02:00')
  expect(start({}, byZ)).toBe('2026-07-01T08:30:00+02:00')
})

test.each([
  '2.1',
  '2.2',
  '2.3',
  '2.3.1',
  '2.4',
  '2.5',
  '2.5.1',
  '2.6',
  '2.7',
  '2.7.1',
  '2.8',
  '2.8.1',
  '2.8.2',
  '2.9',
  '2.9.1',
])('a message of version %s is read', version => {
  expect(start({ version })).toBe('2026-07-01T08:30:00+02:00')
})
