import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { validateResource } from '../../../../../src/fhir/validation/validate-resource.ts'
import { er7 } from '../../../../support/adt/er7.ts'
import { comparable, memory, settings } from '../../../../support/adt/memory.ts'
import { ofType, only, told, visit } from '../../../../support/adt/told.ts'

/** One item and another of each list, the type that they lead to, and how one that vanished is told. */
const lists = [
  ['NK1', 'RelatedPerson', 'NK1|1|RIVER^SAM|SPO', 'NK1|1|RIVER^MAX|CHD', { active: false }],
  ['AL1', 'AllergyIntolerance', 'AL1|1|DA|^PENICILLIN', 'AL1|1|FA|^NUTS', { clinicalStatus: inactive() }],
  ['DG1', 'Condition', 'DG1|1||I10', 'DG1|1||E11.9', { verificationStatus: inError() }],
  ['PR1', 'Procedure', 'PR1|1||44950^^C4||20261001', 'PR1|1||99281^^C4||20261001', gone()],
  ['OBX', 'Observation', 'OBX|1|NM|8867-4^^LN||60||||||F', 'OBX|1|NM|8310-5^^LN||37||||||F', gone()],
  ['IN1', 'Coverage', 'IN1|1|P1|I1', 'IN1|1|P2|I1', { status: 'cancelled' }],
  ['GT1', 'RelatedPerson', 'GT1|1|G1|RIVER^SAM', 'GT1|1|G2|LAKE^JO', { active: false }],
  ['DB1', 'Observation', 'DB1|1|PT|D1|Y', 'DB1|1|PT|D2|Y', gone()],
] as const

function gone() {
  return { status: 'entered-in-error' }
}
function inactive() {
  return { coding: [expect.objectContaining({ code: 'inactive' })] }
}
function inError() {
  return { coding: [expect.objectContaining({ code: 'entered-in-error' })] }
}

describe.each(lists)('%s as a list', (...row) => {
  const [segment, type, first, second, vanished] = row

  test('absent, it says nothing', () => {
    const store = told(visit([first], []))
    expect(store.written()).toBe(0)
    expect(ofType(store, type)).toHaveLength(1)
  })

  test('present, it replaces what this source said before, and deletes nothing', () => {
    const [former, there] = ofType(told(visit([first], [second])), type)
    expect(former).toMatchObject(vanished)
    expect(there).not.toMatchObject(vanished)
  })

  test('it leaves what another source said alone', () => {
    const store = told(visit([first]))
    store.take(er7({ event: 'A08', id: 'X1', at: '20261001130000', segments: [second], patient: 'M1' }))
    const other = memory()
    other.take(er7(visit([first])[0] as never))
    const said = er7({ event: 'A08', id: 'X1', at: '20261001130000', segments: [second] })
    other.take(said.replace('ADTAPP', 'OTHERAPP'))
    expect(ofType(other, type)).toHaveLength(2)
    for (const one of ofType(other, type)) expect(one).not.toMatchObject(vanished)
  })

  test('by the settings of its source it only adds, or is not read', () => {
    const merging = told(visit([first], [second]), { ...settings, segments: { [segment]: 'merge' } })
    for (const one of ofType(merging, type)) expect(one).not.toMatchObject(vanished)
    expect(ofType(merging, type)).toHaveLength(2)
    const ignoring = told(visit([first], [second]), { ...settings, segments: { [segment]: 'ignore' } })
    expect(ofType(ignoring, type)).toHaveLength(0)
  })

  test('any order of its messages ends in the same state', () => {
    const messages = visit([first], [first, second], [], [second], [first])
    const states = [messages, messages.toReversed(), [2, 0, 4, 1, 3].map(at => messages[at] as never)].map(
      order => comparable(told(order).resources()),
    )
    expect(states[1]).toEqual(states[0])
    expect(states[2]).toEqual(states[0])
  })

  test('a correction by people survives a list that says what it said before', () => {
    const store = told(visit([first]))
    const before = only(store, type)
    const meta = { ...before.meta, tag: [{ system: 'urn:x', code: 'checked' }] }
    const language = { ...before, meta, language: 'it' }
    store.put(language)
    store.take(er7({ event: 'A08', id: 'C7', at: '20261001130000', segments: [first] }))
    expect(only(store, type)).toEqual(language)
    store.take(er7({ event: 'A08', id: 'C8', at: '20261001140000', segments: [second] }))
    const vanishedNow = ofType(store, type).find(({ id }) => id === before.id)
    expect(vanishedNow).toMatchObject({ ...vanished, language: 'it' })
  })

  test('a repeated message, and the same list again, change nothing', () => {
    const store = told(visit([first], [first]))
    expect(store.written()).toBe(0)
  })
})

describe('action codes', () => {
  test('DG1-21 and PR1-20 change only their own item, D as entered in error', () => {
    const store = told(
      visit(
        ['DG1|1||I10', 'PR1|1||44950^^C4||20261001'],
        [`DG1|1||E11.9${'|'.repeat(18)}A`, `PR1|1||99281^^C4||20261001${'|'.repeat(15)}A`],
        [`DG1|1||I10${'|'.repeat(18)}D`, `PR1|1||44950^^C4||20261001${'|'.repeat(15)}D`],
      ),
    )
    const codes = (type: string) =>
      ofType(store, type).map(one => [one['code'], one['verificationStatus'] ?? one['status']])
    expect(JSON.stringify(codes('Condition'))).toMatch(/I10.*entered-in-error.*E11\.9/)
    expect(JSON.stringify(codes('Condition')).match(/entered-in-error/g)).toHaveLength(1)
    expect(JSON.stringify(codes('Procedure')).match(/entered-in-error/g)).toHaveLength(1)
    expect(only(store, 'Encounter')['diagnosis']).toHaveLength(1)
  })

  const iam = (code: string, action: string, more = ''): string =>
    `IAM|1|DA^Drug^HL70127|${code}^Penicillin^RXNORM|SV|HIVES|${action}${more}`
  const a60 = (id: string, at: string, ...segments: readonly string[]) => ({
    event: 'A60',
    id,
    at,
    visit: '',
    segments,
  })

  test('A60: add, update, confirm and delete, each by itself', () => {
    const store = told([a60('C1', '20261001', iam('7980', 'A'), iam('1191', 'A'))])
    expect(ofType(store, 'AllergyIntolerance')).toHaveLength(2)
    store.take(er7(a60('C2', '20261002', iam('7980', 'X'))))
    expect(store.written()).toBe(0)
    store.take(er7(a60('C3', '20261003', iam('7980', 'U', '||||||||||||'), 'NTE|1||seen by Dr. West')))
    const updated = ofType(store, 'AllergyIntolerance').find(one =>
      JSON.stringify(one['code']).includes('7980'),
    )
    expect(updated?.['note']).toEqual([{ text: 'seen by Dr. West' }])
    store.take(er7(a60('C4', '20261004', iam('1191', 'D'))))
    const deleted = ofType(store, 'AllergyIntolerance').find(one =>
      JSON.stringify(one['code']).includes('1191'),
    )
    expect(deleted?.['clinicalStatus']).toBeUndefined()
    expect(deleted).toMatchObject({ verificationStatus: inError() })
    expect(updated).toMatchObject({ clinicalStatus: { coding: [{ code: 'active' }] } })
  })

  test('A60 makes no Encounter of a PV1 without a number', () => {
    expect(ofType(told([a60('C1', '20261001', iam('7980', 'A'))]), 'Encounter')).toEqual([])
  })

  test('an item that is only ever confirmed is there', () => {
    expect(ofType(told([a60('C1', '20261001', iam('7980', 'X'))]), 'AllergyIntolerance')).toHaveLength(1)
  })

  test('an allergy that AL1 and IAM name is one', () => {
    const store = told([
      { event: 'A01', id: 'C1', at: '20261001', segments: ['AL1|1|DA|7980^Penicillin^RXNORM'] },
      a60('C2', '20261002', iam('7980', 'U')),
    ])
    expect(ofType(store, 'AllergyIntolerance')).toHaveLength(1)
    expect(only(store, 'AllergyIntolerance')).toMatchObject({ criticality: 'high' })
  })

  test('ROL-2: added, unlinked with its end, deleted', () => {
    const rol = (action: string) => `ROL|ATT1^X|${action}|CP|77^WEST^ANN|20261001`
    const people = (...segments: readonly (readonly string[])[]) =>
      only(told(visit(...segments)), 'Encounter')['participant'] as unknown
    const con = { type: [{ coding: expect.arrayContaining([expect.objectContaining({ code: 'CON' })]) }] }
    expect(people([rol('AD')])).toEqual([expect.objectContaining(con)])
    expect(people([rol('AD')], [rol('UN')])).toEqual([
      expect.objectContaining({ ...con, period: { start: '2026-10-01', end: '2026-10-01' } }),
    ])
    expect(people([rol('AD')], [rol('DE')])).toBeUndefined()
  })
})

test('whatever these segments hold, nothing throws and what is made is valid', () => {
  const names = ['SFT', 'PD1', 'ROL', 'PRT', 'NK1', 'ARV', 'DB1', 'OBX', 'AL1', 'IAM', 'DG1', 'DRG', 'PR1']
  const more = ['GT1', 'IN1', 'IN2', 'IN3', 'ACC', 'UB1', 'UB2', 'PDA', 'NTE']
  const field = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom('', '""', 'Y', 'N', 'A', 'D', 'NM', 'SN', 'TS', 'CWE', 'UN') },
    fc.constantFrom(
      '20261001120000',
      '20261301',
      '11^9999999920261001',
      '1',
      '-7.50',
      'A^B^C',
      '1^^20261001',
      '>^5',
      '~',
      'X~Y&Z^""',
    ),
    fc.constantFrom('A&B^C&D', '^^', '&', 'MED^101^A^VALLEY', '77^WEST^ANN^^^^^^NPI', '\\E\\', 'SEL', 'PP'),
    fc.string({ maxLength: 8 }).map(text => text.replaceAll(/[\r\n|]/g, '')),
  )
  const segment = fc
    .tuple(fc.constantFrom(...names, ...more), fc.array(field, { maxLength: 30 }))
    .map(([name, fields]) => [name, ...fields].join('|'))
  fc.assert(
    fc.property(fc.array(segment, { maxLength: 12 }), segments => {
      const store = told(visit(segments))
      const faults = store
        .resources()
        .flatMap(resource => validateResource(resource))
        .filter(({ severity }) => severity === 'error')
      expect(faults).toEqual([])
    }),
    { numRuns: process.env['CASEWIRE_LONG'] === '1' ? 5000 : 250 },
  )
})

describe('the hospital team', () => {
  const rol = 'ROL|R1^X|AD|CP|77^WEST^ANN|20261001'
  test('is a CareTeam of the visit of its own, inactive when the visit is over', () => {
    const store = told(visit([rol]))
    const team = only(store, 'CareTeam')
    expect(team).toMatchObject({
      status: 'active',
      encounter: { reference: `Encounter/${only(store, 'Encounter').id}` },
      participant: [{ member: { display: 'ANN WEST' }, period: { start: '2026-10-01' } }],
    })
    store.take(er7({ event: 'A03', id: 'C9', at: '20261003120000', pv1: { 45: '20261003120000' } }))
    expect(only(store, 'CareTeam')).toMatchObject({ id: team.id, status: 'inactive' })
  })

  test('a primary care provider is the general practitioner, wherever the segment stands', () => {
    const store = told(visit(['ROL|1|AD|PP|3003^FORD^LEE', 'PRT||AD||FHCP|4004^MOSS^RAY']))
    expect(only(store, 'Patient')['generalPractitioner']).toMatchObject([
      { display: 'LEE FORD' },
      { display: 'RAY MOSS' },
    ])
    expect(ofType(store, 'CareTeam')).toEqual([])
    expect(only(store, 'Encounter')['participant']).toBeUndefined()
  })
})

describe('accounts', () => {
  const pid = { 18: 'ACC1^^^VALLEY^AN' }
  const account = (id: string, at: string, segments: readonly string[]) => ({
    event: 'A08',
    id,
    at,
    pid,
    segments,
  })

  test('PID-18 makes one, that the visit names, with the plans and guarantors last sent with it', () => {
    const store = told([
      { ...account('C1', '20261001', ['IN1|1|P1|I1', 'GT1|1|G1|RIVER^SAM']), event: 'A01' },
      account('C2', '20261002', ['IN1|1|P2|I1']),
    ])
    const one = only(store, 'Account')
    expect(ofType(store, 'Account')).toHaveLength(1)
    expect(only(store, 'Encounter')['account']).toEqual([{ reference: `Account/${one.id}` }])
    const active = ofType(store, 'Coverage').find(({ status }) => status === 'active')
    expect(one).toMatchObject({
      coverage: [{ coverage: { reference: `Coverage/${active?.id}` }, priority: 1 }],
      guarantor: [{ party: { reference: `RelatedPerson/${only(store, 'RelatedPerson').id}` } }],
    })
  })

  test('a patient who pays himself, or an organisation that does, is no RelatedPerson', () => {
    const self = told([account('C1', '20261001', ['GT1|1|G1|RIVER^ALEX||||||||SEL'])])
    expect(only(self, 'Account')).toMatchObject({
      guarantor: [{ party: { reference: `Patient/${only(self, 'Patient').id}` } }],
    })
    const firm = told([account('C1', '20261001', [`GT1|1|G1${'|'.repeat(19)}MILL WORKS`])])
    expect(only(firm, 'Account')).toMatchObject({ guarantor: [{ party: { display: 'MILL WORKS' } }] })
    expect([...ofType(self, 'RelatedPerson'), ...ofType(firm, 'RelatedPerson')]).toEqual([])
  })
})

describe('security labels', () => {
  const codes = (segments: readonly string[], type: string, pv1 = {}): readonly string[] => {
    const store = told([{ event: 'A01', id: 'C1', at: '20261001', segments, pv1 }])
    const { security } = (only(store, type).meta ?? {}) as { security?: readonly { code: string }[] }
    return (security ?? []).map(({ code }) => code)
  }

  test('PD1-12, PV2-22 and DG1-18 restrict what they are about', () => {
    expect(codes([`PD1${'|'.repeat(12)}Y`], 'Patient')).toEqual(['R'])
    expect(codes([`PV2${'|'.repeat(22)}Y`], 'Encounter')).toEqual(['R'])
    expect(codes([`DG1|1||I10${'|'.repeat(15)}Y`], 'Condition')).toEqual(['R'])
    expect(codes(['DG1|1||I10'], 'Condition')).toEqual([])
  })

  test('PV1-16 names a celebrity, ARV what is restricted and for whose sake', () => {
    expect(codes([], 'Encounter', { 16: 'VIP' })).toEqual(['CEL'])
    expect(codes([], 'Encounter', { 16: 'N' })).toEqual([])
    expect(codes(['ARV|1|A|HIV|VIP'], 'Encounter')).toEqual(['R', 'HIV', 'CEL'])
    expect(codes(['ARV|1|D|HIV'], 'Encounter')).toEqual([])
  })
})

test("a sender's own codes come before the tables, by map or by table number", () => {
  const own = {
    ...settings,
    codes: {
      '0004': { STAY: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'IMP' } },
      '0220': { ALONE: { system: 'urn:x', code: 'a' } },
    },
  }
  const store = told(
    [{ event: 'A01', id: 'C1', at: '20261001', pv1: { 2: 'STAY' }, segments: ['PD1||ALONE'] }],
    own,
  )
  expect(only(store, 'Encounter')['class']).toMatchObject({ code: 'IMP' })
  expect(only(store, 'Observation')['component']).toMatchObject([
    { valueCodeableConcept: { coding: [{ system: 'urn:x', code: 'a' }, { code: 'ALONE' }] } },
  ])
})

const nothing = (segment: string, fields: number): string => `${segment}${'|""'.repeat(fields)}`

test.each([
  'PD1|""',
  nothing('PD1', 20),
  'DB1|1|PT',
  nothing('DB1', 8),
  'PDA',
  nothing('PDA', 9),
  'PDA|||N|||N|||N',
])('%s, which says nothing, makes nothing', segment => {
  const without = comparable(told(visit([])).resources())
  expect(comparable(told(visit([segment])).resources())).toEqual(without)
})

test.each(['SEL', 'SELF', 'Self', 'SLF'])(
  'a patient who is insured and pays himself (%s) is no other person',
  relation => {
    const insurance = `IN1|1|P1|I1|INSURER${'|'.repeat(12)}RIVER^ALEX|${relation}`
    const guarantor = `GT1|1|G1|RIVER^ALEX${'|'.repeat(8)}${relation}`
    const store = told(visit([insurance, guarantor]))
    expect(ofType(store, 'RelatedPerson')).toEqual([])
    expect(JSON.stringify(only(store, 'Coverage')['relationship'])).toContain('"code":"self"')
  },
)

test('a birth order of 0 (PID-25) is none', () => {
  const born = { event: 'A01', id: 'C1', at: '20261001080000', pid: { 24: 'N', 25: '0' } }
  expect(only(told([born]), 'Patient')).toMatchObject({ multipleBirthBoolean: false })
})

test('how a patient lives that is taken back was an error, in any order; what was never told is none', () => {
  const alone = { event: 'A08', id: 'C1', at: '20261001080000', segments: ['PD1||A'] }
  const taken = { event: 'A08', id: 'C2', at: '20261002080000', segments: ['PD1|""|""'] }
  for (const store of [told([alone, taken]), told([taken, alone])])
    expect(ofType(store, 'Observation')).toMatchObject([{ status: 'entered-in-error' }])
  expect(ofType(told([taken]), 'Observation')).toEqual([])
})

test('the same measurement taken twice is two Observations, each of its own time (OBX-14)', () => {
  const taken = (at: string, value: string): string => `OBX|1|NM|8867-4^^LN||${value}||||||F|||${at}`
  const store = told(visit([taken('20261001080000', '60'), taken('20261001090000', '72')]))
  const found = ofType(store, 'Observation').toSorted((a, b) =>
    String(a['effectiveDateTime']) < String(b['effectiveDateTime']) ? -1 : 1,
  )
  expect(found).toMatchObject([
    { effectiveDateTime: '2026-10-01T08:00:00-04:00', valueQuantity: { value: 60 } },
    { effectiveDateTime: '2026-10-01T09:00:00-04:00', valueQuantity: { value: 72 } },
  ])
})
