import { describe, expect, test } from 'vitest'
import type { Resource } from '../../../../src/fhir/resource.ts'
import { patientFields, visitFields } from '../../../../src/mappers/adt/registers/fields.ts'
import { er7, type Er7 } from '../../../support/adt/er7.ts'
import { mapped, memory, type Memory } from '../../../support/adt/memory.ts'

const admit: Er7 = { event: 'A01', id: 'C1', at: '20261001120000' }
const update = (id: string, at: string, more: Partial<Er7> = {}): Er7 => ({ event: 'A08', id, at, ...more })

const ofType = (store: Memory, type: string): readonly Resource[] =>
  store.resources().filter(({ resourceType }) => resourceType === type)
const only = (store: Memory, type: string): Resource & { readonly id: string } =>
  ofType(store, type)[0] as Resource & { readonly id: string }

function told(...messages: readonly Er7[]): Memory {
  const store = memory()
  for (const message of messages) store.take(er7(message))
  return store
}

describe('three-valued fields', () => {
  test('an absent field keeps the value, "" deletes it, a value replaces it', () => {
    const first = { ...admit, pid: { 13: '5551234', 16: 'M' } }
    expect(only(told(first, update('C2', '20261002')), 'Patient')['maritalStatus']).toBeDefined()
    expect(
      only(told(first, update('C2', '20261002', { pid: { 16: '""' } })), 'Patient')['maritalStatus'],
    ).toBeUndefined()
    const changed = only(
      told(first, update('C2', '20261002', { pid: { 13: '5559999~5558888' } })),
      'Patient',
    )['telecom']
    expect(changed).toMatchObject([{ value: '5559999' }, { value: '5558888' }])
  })

  test('a deleted component is not part of the value', () => {
    expect(only(told({ ...admit, pid: { 5: 'RIVER^""^B' } }), 'Patient')['name']).toEqual([
      { family: 'RIVER', given: ['B'] },
    ])
  })

  test('a stale message changes only what nobody said later', () => {
    const store = told(
      { ...admit, pid: { 5: 'RIVER^ALEX' } },
      update('C3', '20261003', { pid: { 5: 'LAKE^ALEX' } }),
    )
    store.take(er7(update('C2', '20261002', { pid: { 5: 'POND^ALEX', 16: 'S' } })))
    expect(only(store, 'Patient')['name']).toEqual([{ family: 'LAKE', given: ['ALEX'] }])
    expect(only(store, 'Patient')['maritalStatus']).toBeDefined()
  })
})

describe('what others wrote', () => {
  test('a correction survives messages that repeat the old value, and falls to a new one', () => {
    const store = told({ ...admit, pid: { 13: '5551234' } })
    store.put({ ...only(store, 'Patient'), telecom: [{ system: 'phone', value: '5550000' }] })
    expect(store.take(er7(update('C2', '20261002', { pid: { 13: '5551234' } }))).resources).toEqual([])
    expect(only(store, 'Patient')['telecom']).toMatchObject([{ value: '5550000' }])
    store.take(er7(update('C3', '20261003', { pid: { 13: '5557777' } })))
    expect(only(store, 'Patient')['telecom']).toContainEqual({
      system: 'phone',
      value: '5557777',
      use: 'home',
    })
  })

  test('elements and list entries of others stay when messages change theirs', () => {
    const store = told(admit)
    const patient = only(store, 'Patient')
    const own = { system: 'urn:example:case', value: 'K1' }
    store.put({
      ...patient,
      active: true,
      identifier: [...(patient['identifier'] as readonly object[]), own],
    })
    store.take(er7(update('C2', '20261002', { pid: { 3: 'M1^^^VALLEY^MR~77^^^REGION^PI' } })))
    expect(only(store, 'Patient')['active']).toBe(true)
    expect(only(store, 'Patient')['identifier']).toHaveLength(3)
    expect(only(store, 'Patient')['identifier']).toContainEqual(own)
  })

  test('what case management put into hospitalization survives a discharge', () => {
    const store = told(admit)
    const readmission = { coding: [{ code: 'R' }] }
    store.put({ ...only(store, 'Encounter'), hospitalization: { reAdmission: readmission } })
    store.take(er7({ event: 'A03', id: 'C2', at: '20261003', pv1: { 36: '01', 45: '20261003' } }))
    expect(only(store, 'Encounter')['hospitalization']).toMatchObject({
      reAdmission: readmission,
      dischargeDisposition: { coding: [{ code: 'home' }, { code: '01' }] },
    })
  })

  test('identifiers of one source stay when another source sends fewer', () => {
    const store = told({ ...admit, pid: { 3: 'M1^^^VALLEY^MR~77^^^REGION^PI' } })
    store.take(er7(update('C2', '20261002', { facility: 'LAB', pid: { 3: 'M1^^^VALLEY^MR' } })))
    expect(only(store, 'Patient')['identifier']).toHaveLength(2)
  })
})

describe('lists', () => {
  const kin = (...names: readonly string[]): Partial<Er7> => ({
    segments: names.map((name, n) => `NK1|${n + 1}|${name}|SPO`),
  })

  test('next of kin who are no longer listed are inactive, and active again when listed', () => {
    const store = told({ ...admit, ...kin('LEE^SAM', 'LEE^KIM') }, update('C2', '20261002', kin('LEE^KIM')))
    const active = () =>
      Object.fromEntries(
        ofType(store, 'RelatedPerson').map(({ name, active: is }) => [JSON.stringify(name), is]),
      )
    expect(Object.values(active()).toSorted()).toEqual([false, true])
    store.take(er7(update('C3', '20261003')))
    expect(Object.values(active()).toSorted()).toEqual([false, true])
    store.take(er7(update('C4', '20261004', kin('LEE^SAM'))))
    expect(active()[JSON.stringify([{ family: 'LEE', given: ['SAM'] }])]).toBe(true)
  })

  test('one source takes back nothing that another one said', () => {
    const store = told(
      { ...admit, ...kin('LEE^SAM') },
      update('C2', '20261002', { facility: 'LAB', pid: { 3: 'M1^^^VALLEY^MR' }, ...kin('LEE^KIM') }),
    )
    expect(ofType(store, 'RelatedPerson').map(({ active }) => active)).toEqual([true, true])
  })

  test('an employer is a contact of the Patient, not a person', () => {
    const store = told({ ...admit, segments: ['NK1|1||EMR|1 MILL RD|||E||||||MILL WORKS'] })
    expect(ofType(store, 'RelatedPerson')).toEqual([])
    expect(only(store, 'Patient')['contact']).toMatchObject([{ organization: { display: 'MILL WORKS' } }])
  })

  test('a diagnosis that is no longer listed was entered in error and leaves the visit', () => {
    const store = told({
      ...admit,
      segments: ['DG1|1||I10^Hypertension^I10|||A', 'DG1|2||E11.9^Diabetes^I10|||A|||||||||1'],
    })
    store.take(er7(update('C2', '20261002', { segments: ['DG1|1||I10^Hypertension^I10|||A'] })))
    const gone = ofType(store, 'Condition').find(condition => JSON.stringify(condition).includes('E11.9'))
    expect(gone?.['verificationStatus']).toMatchObject({ coding: [{ code: 'entered-in-error' }] })
    expect(gone?.['clinicalStatus']).toBeUndefined()
    expect(only(store, 'Encounter')['diagnosis']).toHaveLength(1)
  })

  test('an action code changes one diagnosis and leaves the rest alone', () => {
    const store = told({ ...admit, segments: ['DG1|1||I10^^I10|||A', 'DG1|2||E11.9^^I10|||A'] })
    store.take(er7(update('C2', '20261002', { segments: [`DG1|1||E11.9^^I10|||A${'|'.repeat(15)}D`] })))
    const errors = ofType(store, 'Condition').filter(
      condition => condition['verificationStatus'] !== undefined,
    )
    expect(errors.map(condition => JSON.stringify(condition['code']))).toEqual([
      expect.stringContaining('E11.9'),
    ])
    expect(only(store, 'Encounter')['diagnosis']).toHaveLength(1)
  })

  test('insurance is cancelled when it is no longer listed or had ended when it was said', () => {
    const plan = (id: string, end = '') => `IN1|1|${id}|INS1|PAYER||||||||20250101|${end}`
    const store = told({ ...admit, segments: [plan('P1'), plan('P2', '20260101')] })
    expect(
      ofType(store, 'Coverage')
        .map(({ status }) => status)
        .toSorted(),
    ).toEqual(['active', 'cancelled'])
    store.take(er7(update('C2', '20261002', { segments: [plan('P3')] })))
    expect(
      ofType(store, 'Coverage')
        .map(({ status }) => status)
        .toSorted(),
    ).toEqual(['active', 'cancelled', 'cancelled'])
  })
})

describe('what a message leaves behind', () => {
  test("a message that changes nothing writes nothing but the patient's register", () => {
    const store = told(admit)
    const applied = store.take(er7(update('C2', '20261002')))
    expect(applied.resources).toEqual([])
    expect(applied.facts).toEqual([])
    expect(applied.said.some(({ scope }) => scope === '')).toBe(true)
  })

  test('meta.source names the message that made the change', () => {
    const store = told(admit, update('C2', '20261002', { pid: { 5: 'LAKE^ALEX' } }))
    expect(only(store, 'Patient').meta?.source).toContain('/C2#')
    expect(only(store, 'Encounter').meta?.source).toContain('/C1#')
  })

  test('Provenance names what changed, who sent it and who entered it', () => {
    const provenance = ofType(told(admit), 'Provenance')[0]
    expect(provenance?.['recorded']).toBe('2026-10-01T16:00:00.000Z')
    expect(provenance?.['agent']).toMatchObject([
      { who: { display: 'VALLEY' } },
      { who: { display: 'JO DOE' } },
    ])
    expect(provenance?.['target']).toHaveLength(told(admit).resources().length - 1)
  })

  test('a test message marks what it touches', () => {
    const store = told({ ...admit, mode: 'T' })
    expect(only(store, 'Patient').meta?.tag?.map(({ code }) => code)).toEqual(['T'])
    expect(only(store, 'Encounter').meta?.tag?.map(({ code }) => code)).toEqual(['T'])
  })

  test('a death is told with its time, and taken back by N', () => {
    const store = memory()
    const died = update('C1', '20261001', { pid: { 29: '20261001031500', 30: 'Y' } })
    expect(store.take(er7(died)).deceased).toEqual({ at: '2026-10-01T03:15:00-04:00' })
    expect(store.take(er7(update('C2', '20261002', { pid: { 30: 'N' } }))).deceased).toBeUndefined()
    expect(only(store, 'Patient')['deceasedBoolean']).toBe(false)
  })

  test('what cannot be mapped is noted by its place', () => {
    const applied = told().take(er7({ ...admit, pid: { 8: 'X' }, pv1: { 2: 'QQ', 44: '20261345' } }))
    expect(applied.issues).toEqual(
      expect.arrayContaining([
        { code: 'code-unmapped', expression: 'PID-8' },
        { code: 'code-unmapped', expression: 'PV1-2' },
        { code: 'date-invalid', expression: 'PV1-44' },
      ]),
    )
    expect(JSON.stringify(applied.issues)).not.toContain('QQ')
  })

  test('other delimiters make the same patient', () => {
    const text = er7({ ...admit, pid: { 5: 'RIVER^ALEX' } })
    const strange = text
      .replace('MSH|^~\\&|', 'MSH#*!\\$#')
      .replaceAll('|', '#')
      .replaceAll('^', '*')
      .replaceAll('~', '!')
    expect(patientFields(mapped(strange))).toEqual(patientFields(mapped(text)))
    expect(visitFields(mapped(strange))).toEqual(visitFields(mapped(text)))
  })

  test('a visit number that stands in for PV1-19 is an account number of the Encounter', () => {
    const store = told({ ...admit, visit: '', pid: { 18: 'ACC1' } })
    expect(only(store, 'Encounter')['identifier']).toMatchObject([
      { value: 'ACC1', type: { coding: [{ code: 'AN' }] } },
    ])
  })
})

describe('names of a patient', () => {
  const namesOf = (pid: Er7['pid']): unknown => only(told({ ...admit, pid: { ...pid } }), 'Patient')['name']
  const legal = { use: 'official', family: 'RIVER', given: ['ALEX'] }

  test('one that stands in PID-5 and again there or in PID-9 is one', () => {
    expect(namesOf({ 5: 'RIVER^ALEX^^^^^L', 9: 'RIVER^ALEX^^^^^A' })).toEqual([legal])
    expect(namesOf({ 5: 'RIVER^ALEX', 9: 'RIVER^ALEX^^^^^L~RIVER^ALEX' })).toEqual([legal])
    expect(namesOf({ 5: 'RIVER^ALEX^^^^^L~RIVER^ALEX^^^^^L' })).toEqual([legal])
  })

  test('of another use, or written otherwise, it is a name of its own', () => {
    expect(namesOf({ 5: 'RIVER^ALEX^^^^^L~RIVER^ALEX^^^^^N', 9: 'RIVERS^ALEX' })).toEqual([
      ...[legal, { ...legal, use: 'nickname' }],
      { family: 'RIVERS', given: ['ALEX'] },
    ])
  })
})

test('a number of a patient that stands in PID-13 and PID-40 is one, an address told twice too', () => {
  const said = { 11: 'A ST^^TOWN~A ST^^TOWN^^^^H', 13: '^PRN^PH^^^555^1234', 40: '^PRN^PH^^^555^1234' }
  expect(only(told({ ...admit, pid: said }), 'Patient')).toMatchObject({
    address: [{ use: 'home', line: ['A ST'] }],
    telecom: [{ use: 'home', value: '555 1234' }],
  })
})

test('where a patient was born is no address of theirs (XAD.7 BDL, N), and PID-23 comes first', () => {
  const url = 'http://hl7.org/fhir/StructureDefinition/patient-birthPlace'
  const said = { 11: 'VIA ROMA 1^^ROMA^^00100^ITA^H~^^MILANO^MI^^ITA^BDL~^^LODI^^^^N' }
  const born = only(told({ ...admit, pid: said }), 'Patient')
  expect(born['address']).toEqual([expect.objectContaining({ use: 'home', city: 'ROMA' })])
  expect(born['extension']).toEqual([
    { url, valueAddress: expect.objectContaining({ city: 'MILANO', state: 'MI' }) },
  ])
  expect(only(told({ ...admit, pid: { ...said, 23: 'COMO' } }), 'Patient')['extension']).toEqual([
    { url, valueAddress: { text: 'COMO' } },
  ])
})

describe('directory resources', () => {
  test('the fuller word of two messages stands, whichever came first', () => {
    const short = { ...admit, pv1: { 7: '1234^WEST' } }
    const full = update('C2', '20261002', { pv1: { 7: '1234^WEST^ANN^^^DR' } })
    const names = [told(short, full), told(full, short)].map(store =>
      ofType(store, 'Practitioner').flatMap(({ name }) =>
        JSON.stringify(name).includes('WEST') ? [name] : [],
      ),
    )
    expect(names[0]).toEqual(names[1])
    expect(names[0]?.[0]).toMatchObject([{ family: 'WEST', given: ['ANN'] }])
  })

  test('a place is one resource for each of its levels, however often it is named', () => {
    const store = told(admit, { ...admit, id: 'C2', patient: 'M2', visit: 'V2' })
    expect(ofType(store, 'Location').map(({ name }) => name)).toEqual([
      'VALLEY',
      'MED',
      'MED 101',
      'MED 101 A',
    ])
  })
})
