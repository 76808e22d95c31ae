import { describe, expect, test } from 'vitest'
import { shardInId } from '../../../../../src/lib/ids.ts'
import { readMessage } from '../../../../../src/hl7v2/read-message.ts'
import { needs } from '../../../../../src/mappers/adt/events/needs.ts'
import { readAdtEvent } from '../../../../../src/mappers/adt/events/read-event.ts'
import { er7, type Er7 } from '../../../../support/adt/er7.ts'
import { mapped, settings } from '../../../../support/adt/memory.ts'

const admit: Er7 = { event: 'A01', id: 'C1', at: '20261001120000' }

function read(text: string, own = settings) {
  const message = readMessage(text)
  if (!message.ok) throw new Error('unreadable')
  return readAdtEvent(message.value, own)
}

const failureOf = (text: string, own = settings) => {
  const event = read(text, own)
  return event.ok ? undefined : [event.failure.code, event.failure.expression]
}

describe('whose message it is', () => {
  test('the same number of two facilities is two patients', () => {
    const valley = mapped(er7(admit)).patient.id
    expect(mapped(er7({ ...admit, facility: 'HILL' })).patient.id).not.toBe(valley)
    expect(mapped(er7({ ...admit, id: 'C2', at: '20261002120000' })).patient.id).toBe(valley)
  })

  test('a word that names a kind of number is no authority: the facility is', () => {
    const of = (facility: string) => mapped(er7({ ...admit, facility, pid: { 3: 'M1^^^MRN^MR' } })).patient
    expect(of('VALLEY').id).not.toBe(of('HILL').id)
    expect(of('VALLEY').identifiers[0]?.system).toBe('https://casewire.example/fhir/sid/assigner/VALLEY')
  })

  test('the medical record number makes the id, wherever it stands in the list', () => {
    const two = '999^^^REGION^NI~M1^^^VALLEY^MR'
    expect(mapped(er7({ ...admit, pid: { 3: two } })).patient.id).toBe(mapped(er7(admit)).patient.id)
  })

  test('a source can name the types or systems that come first', () => {
    const own = { ...settings, patientIdPrecedence: ['NI', 'MR'] }
    const two = '999^^^REGION^NI~M1^^^VALLEY^MR'
    expect(mapped(er7({ ...admit, pid: { 3: two } }), own).patient.identifiers[0]?.value).toBe('999')
  })

  test('a message without a usable identifier is refused with its place', () => {
    const place = ['adt-patient-identifier-missing', 'PID-3']
    expect(failureOf(er7({ ...admit, pid: { 3: '' } }))).toEqual(place)
    expect(failureOf(er7({ ...admit, pid: { 3: '""' } }))).toEqual(place)
    expect(failureOf(er7({ ...admit, pid: { 3: '^^^VALLEY^MR' } }))).toEqual(place)
    expect(failureOf(er7(admit).replace(/PID[^\r]*\r/, ''))).toEqual(['adt-patient-missing', 'PID'])
  })

  test('a version outside 2.1 to 2.9 is refused with its place, an empty one is not', () => {
    const of = (version: string) => er7(admit).replace(/^(MSH(?:\|[^|]*){10})\|[^|\r]*/, `$1|${version}`)
    for (const version of ['3.0', '1.0', '2.10', '2', 'X'])
      expect(failureOf(of(version)), version).toEqual(['version-unsupported', 'MSH-12'])
    for (const version of ['', '2.1', '2.3.1', '2.5.1', '2.9', '2.5^USA'])
      expect(failureOf(of(version)), version).toBeUndefined()
    expect(failureOf(of('3.0'), { ...settings, otherVersions: 'accept' })).toBeUndefined()
  })

  test('a social security number makes no patient unless the source keeps them', () => {
    const ssn = { ...admit, pid: { 3: '123456789^^^USSSA^SS' } }
    expect(failureOf(er7(ssn))).toEqual(['adt-patient-identifier-missing', 'PID-3'])
    expect(mapped(er7(ssn), { ...settings, ssn: 'keep' }).patient.identifiers[0]?.value).toBe('123456789')
  })

  test('PID-2 is an identifier up to version 2.3.1 only', () => {
    const old = { ...admit, pid: { 2: 'OLD1', 3: '' } }
    expect(mapped(er7({ ...old, version: '2.3.1' })).patient.identifiers[0]?.value).toBe('OLD1')
    expect(mapped(er7({ ...old, version: '2.2' })).patient.identifiers[0]?.value).toBe('OLD1')
    expect(failureOf(er7({ ...old, version: '2.4' }))?.[1]).toBe('PID-3')
  })

  test('everything about a patient carries the shard of the patient', () => {
    const { patient, visit, fact } = mapped(er7(admit))
    expect([patient.id, visit?.id, fact?.id].map(id => shardInId(id ?? ''))).toEqual([
      patient.shard,
      patient.shard,
      patient.shard,
    ])
  })
})

describe('which visit it is about', () => {
  const visitOf = (message: Er7) => mapped(er7(message)).visit

  test('PV1-19, else the account number, else PV1-50', () => {
    expect(visitOf(admit)?.field).toBe('PV1-19')
    expect(visitOf({ ...admit, visit: '', pid: { 18: 'ACC1' }, pv1: { 50: 'ALT1' } })?.identifier.value).toBe(
      'ACC1',
    )
    expect(visitOf({ ...admit, visit: '', pv1: { 50: 'ALT1' } })?.identifier.value).toBe('ALT1')
    expect(visitOf({ ...admit, visit: '' })).toBeUndefined()
  })

  test('class N says that there is none', () => {
    expect(visitOf({ ...admit, pv1: { 2: 'N' } })).toBeUndefined()
  })

  test('one visit number of two patients is two visits', () => {
    expect(visitOf(admit)?.id).not.toBe(visitOf({ ...admit, patient: 'M2' })?.id)
  })
})

describe('when it happened', () => {
  const timesOf = (text: string) => {
    const { effective, recorded } = mapped(text)
    return [effective.text, recorded.text]
  }

  test('EVN-6 before the own time of the event, before EVN-2', () => {
    expect(timesOf(er7({ ...admit, recorded: '20261001130000', pv1: { 44: '20261001110000' } }))).toEqual([
      '2026-10-01T12:00:00-04:00',
      '2026-10-01T13:00:00-04:00',
    ])
    const noEvn6 = er7({ ...admit, pv1: { 44: '20261001110000' } }).replace('|20261001120000\rPID', '\rPID')
    expect(timesOf(noEvn6)[0]).toBe('2026-10-01T11:00:00-04:00')
    expect(timesOf(er7({ ...admit, segments: ['ZBE|1|20261001090000||INSERT'] }))[0]).toBe(
      '2026-10-01T09:00:00-04:00',
    )
  })

  test('the offset of MSH-7 holds for all its times', () => {
    const text = er7(admit).replace('|CW|CW|20261001120000|', '|CW|CW|20261001120000+0200|')
    expect(timesOf(text)).toEqual(['2026-10-01T12:00:00+02:00', '2026-10-01T12:00:00+02:00'])
  })

  test('a message without EVN takes MSH-7, one without any time the time it came', () => {
    const noEvn = er7(admit).replace(/EVN[^\r]*\r/, '')
    expect(timesOf(noEvn)).toEqual(['2026-10-01T12:00:00-04:00', '2026-10-01T12:00:00-04:00'])
    const message = readMessage(noEvn.replace('|CW|CW|20261001120000|', '|CW|CW||'))
    const event = message.ok ? readAdtEvent(message.value, settings, '2026-10-02T00:00:00.000Z') : undefined
    expect(event?.ok && event.value.kind === 'mapped' && event.value.recorded.instant).toBe(
      '2026-10-02T00:00:00.000Z',
    )
  })
})

describe('what kind of message it is', () => {
  test('an event that is not mapped is ignored with a reason, whoever it is about', () => {
    const event = read(er7({ ...admit, event: 'A99', pid: { 3: '' } }))
    expect(event.ok && event.value).toMatchObject({
      kind: 'ignored',
      trigger: 'A99',
      reason: 'event-not-mapped',
      source: 'ADTAPP|VALLEY',
    })
    const other = read(er7(admit).replace('ADT^A01', 'ORU^R01'))
    expect(other.ok && other.value).toMatchObject({
      kind: 'ignored',
      trigger: 'ORU^R01',
      reason: 'message-type-not-mapped',
    })
  })

  test('the structure in MSH-9.3 does not matter', () => {
    expect(mapped(er7(admit).replace('ADT^A01', 'ADT^A01^ADT_A99')).trigger).toBe('A01')
  })

  test('before 2.3 the event stands in EVN-1', () => {
    expect(mapped(er7({ ...admit, version: '2.1' }).replace('ADT^A01', 'ADT')).trigger).toBe('A01')
    expect(failureOf(er7(admit).replace('ADT^A01', 'ADT').replace('EVN|A01', 'EVN|'))).toEqual([
      'adt-trigger-missing',
      'MSH-9',
    ])
  })

  test('an event that was damaged on the way is none: the message can be mended and driven again', () => {
    expect(failureOf('MSH|^~\\&\u001c\rEVN|\u001c\r')).toEqual(['adt-trigger-missing', 'MSH-9'])
    for (const type of ['ADT^A0?', 'A DT^A01', `ADT^${'A'.repeat(21)}`])
      expect(failureOf(er7(admit).replace('ADT^A01', type))).toEqual(['adt-trigger-missing', 'MSH-9'])
    const other = read(er7(admit).replace('ADT^A01', 'ADT^ZA_1.2'))
    expect(other.ok && other.value).toMatchObject({ kind: 'ignored', trigger: 'ZA_1.2' })
  })

  test('a test message is taken and marked, or refused', () => {
    const practice = er7({ ...admit, mode: 'T' })
    expect(mapped(practice).isTest).toBe(true)
    expect(failureOf(practice, { ...settings, testMessages: 'refuse' })).toEqual([
      'test-message-refused',
      'MSH-11',
    ])
  })

  test('without a control id the message is named by its hash', () => {
    const text = er7({ ...admit, id: '' })
    expect(mapped(text).controlId).toMatch(/^[0-9a-f]{32}$/)
    expect(mapped(text).controlId).toBe(mapped(text.replaceAll('\r', '\n')).controlId)
  })
})

test('what must be loaded names the patient, the visit, the directory, and the types of lists that came', () => {
  const plain = needs([mapped(er7(admit))])
  const { patient, visit } = mapped(er7(admit))
  expect(plain.subjects).toEqual([patient.id, expect.any(String)])
  expect(plain.keys).toEqual(
    expect.arrayContaining([
      { type: 'Patient', id: patient.id },
      { type: 'Encounter', id: visit?.id },
      expect.objectContaining({ type: 'Location' }),
      expect.objectContaining({ type: 'Organization' }),
    ]),
  )
  expect([plain.patients, plain.types, plain.wholes]).toEqual([[patient.id], [], []])
  const lists = needs([mapped(er7({ ...admit, segments: ['DG1|1||I10', 'IN1|1|P1'] }))])
  expect(lists.types).toEqual(['Condition', 'Coverage', 'RelatedPerson', 'CareTeam', 'Account'])
})
