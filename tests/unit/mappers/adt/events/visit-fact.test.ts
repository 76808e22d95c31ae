import { describe, expect, it } from 'vitest'
import { visitFields } from '../../../../../src/mappers/adt/registers/fields.ts'
import type { VisitFactBody } from '../../../../../src/mappers/adt/events/fact.ts'
import { er7, type Er7 } from '../../../../support/adt/er7.ts'
import { mapped } from '../../../../support/adt/memory.ts'

const pv2 = (field: number, text: string): string => `PV2${'|'.repeat(field)}${text}`
const own = { 44: '20261001080000', 45: '20261001090000' }

/** A message recorded at noon of the second that says when it happened only as `more` does. */
const told = (event: string, more: Partial<Er7> = {}): string =>
  er7({ event, id: 'C1', at: '20261002120000', pv1: own, ...more })

const withoutEvn6 = (text: string): string => text.replace(/^(EVN(?:\|[^|\r]*){5})\|[^|\r]*/m, '$1')

const effective = (text: string): string => mapped(text).effective.text
const factOf = (text: string) => mapped(text).fact
const bodyOf = (text: string): VisitFactBody | undefined => factOf(text)?.body as VisitFactBody | undefined

describe('when an event happened', () => {
  const zbe = 'ZBE|M1|20261001070000||INSERT'

  it('is ZBE-2, before EVN-6', () => {
    expect(effective(told('A02', { segments: [zbe] }))).toBe('2026-10-01T07:00:00-04:00')
  })

  it('is EVN-6, before the own time of the event', () => {
    expect(effective(told('A01'))).toBe('2026-10-02T12:00:00-04:00')
  })

  it.each([
    ['A01', '2026-10-01T08:00:00-04:00'],
    ['A04', '2026-10-01T08:00:00-04:00'],
    ['A03', '2026-10-01T09:00:00-04:00'],
    ['A05', '2026-10-09T10:00:00-04:00'],
    ['A14', '2026-10-09T10:00:00-04:00'],
    ['A02', '2026-10-02T12:00:00-04:00'],
    ['A06', '2026-10-02T12:00:00-04:00'],
    ['A11', '2026-10-02T12:00:00-04:00'],
    ['A13', '2026-10-02T12:00:00-04:00'],
    ['A38', '2026-10-02T12:00:00-04:00'],
  ])('of %s without either is %s', (event, at) => {
    expect(effective(withoutEvn6(told(event, { segments: [pv2(8, '20261009100000')] })))).toBe(at)
  })
})

describe('what a message tells of its visit', () => {
  it.each(['A28', 'A29', 'A31'])(
    'is nothing when it speaks of a person (%s), whatever PV1 holds',
    trigger => {
      const event = mapped(told(trigger))
      expect([event.visit, event.fact, visitFields(event)]).toEqual([undefined, undefined, {}])
    },
  )

  it('is nothing by a Z99 that names neither an event nor a movement', () => {
    expect(factOf(told('Z99'))).toBeUndefined()
    expect(factOf(told('Z99', { segments: ['ZBE||20261001070000||INSERT|N|'] }))).toBeUndefined()
  })

  it.each([
    ['Z99', 'INSERT', 'A02', 'A02', 'movement'],
    ['Z99', 'UPDATE', 'A03', 'A03', 'movement'],
    ['Z99', 'UPDATE', '', 'Z99', 'movement'],
    ['Z99', 'CANCEL', 'A03', 'A13', 'cancel'],
    ['Z99', 'CANCEL', 'A07', 'Z99', 'cancel'],
    ['Z99', 'CANCEL', '', 'Z99', 'cancel'],
    ['A02', 'CANCEL', '', 'A12', 'cancel'],
    ['A02', 'UPDATE', 'A01', 'A01', 'movement'],
    ['A12', 'CANCEL', 'A02', 'A12', 'cancel'],
  ])('by %s with %s of "%s" is %s, a %s', (...row) => {
    const [event, action, original, meant, kind] = row
    const text = told(event, { segments: [`ZBE|M1|20261001070000||${action}|N|${original}`] })
    expect([bodyOf(text)?.event, factOf(text)?.kind]).toEqual([meant, kind])
  })

  it('has every id of its movement, its wards and its scope', () => {
    const text = told('A02', {
      pv1: { 3: '' },
      segments: ['ZBE|M1~M2^X|20261001070000||INSERT|N||Heart ward^^^^^^^^^W7|W8|HMS'],
    })
    expect(bodyOf(text)).toMatchObject({
      place: 'Heart ward',
      movement: 'M1',
      alsoNamed: ['M2'],
      ward: 'Heart ward',
      nursingWard: 'W8',
      movementScope: 'HMS',
    })
  })

  it.each([
    ['ZBE-5', { segments: ['ZBE|M1|20261001070000||INSERT|Y|A02'] }],
    ['PV1-51', { pv1: { 51: 'H', 44: '20261001080000' } }],
  ])('is historic by %s, and then no field of PV1 speaks of the present', (_field, more) => {
    const event = mapped(told('A02', more))
    expect(event.fact?.body).toMatchObject({ isHistoric: true })
    expect(Object.keys(visitFields(event))).toEqual(['PV1-19'])
  })

  it('keeps the numbers that A06 and A07 say the visit had', () => {
    const text = told('A06', { segments: ['MRG|M1||ACC5^^^VALLEY^AN||E1^^^VALLEY^VN'] })
    expect(bodyOf(text)).toMatchObject({ formerVisit: 'E1^^^VALLEY^VN', formerAccount: 'ACC5^^^VALLEY^AN' })
  })
})
