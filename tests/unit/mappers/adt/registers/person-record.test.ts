import { describe, expect, it } from 'vitest'
import { er7, type Er7 } from '../../../../support/adt/er7.ts'
import { memory } from '../../../../support/adt/memory.ts'

function patientAfter(...messages: readonly Er7[]) {
  const store = memory()
  const applied = messages.map(message => store.take(er7(message)))
  const patient = store.resources().find(({ resourceType }) => resourceType === 'Patient')
  return { patient, deletedPerson: applied.at(-1)?.deletedPerson, resources: store.resources() }
}

const admit: Er7 = { event: 'A01', id: 'C1', at: '20261001120000' }
const deleted: Er7 = { event: 'A29', id: 'C2', at: '20261003120000' }
const added: Er7 = { event: 'A28', id: 'C3', at: '20261004120000' }

describe('a person that its source deletes (A29)', () => {
  it('is inactive and tagged, and nothing else is touched', () => {
    const { patient, deletedPerson, resources } = patientAfter(admit, deleted)
    expect(patient).toMatchObject({ active: false, meta: { tag: [{ code: 'person-deleted' }] } })
    expect(deletedPerson).toEqual({ at: '2026-10-03T16:00:00.000Z' })
    expect(resources.find(({ resourceType }) => resourceType === 'Encounter')?.['status']).toBe('in-progress')
  })

  it('is active again once it is added again (A28), in any order of arrival', () => {
    for (const order of [
      [deleted, added],
      [added, deleted],
    ]) {
      const { patient, deletedPerson } = patientAfter(admit, ...order)
      expect([patient?.['active'], patient?.meta?.tag, deletedPerson]).toEqual([
        undefined,
        undefined,
        undefined,
      ])
    }
  })

  it('stays deleted while others go on sending of it', () => {
    const update: Er7 = { event: 'A31', id: 'C4', at: '20261005120000' }
    expect(patientAfter(admit, deleted, update).patient?.['active']).toBe(false)
  })
})

describe('a record that is older than what is known of the person (PID-33)', () => {
  const record = (id: string, at: string, changed: string, family: string): Er7 => ({
    event: 'A31',
    id,
    at,
    pid: { 5: `${family}^ALEX`, 33: changed },
  })
  const nameOf = (...messages: readonly Er7[]) => {
    const [name] = (patientAfter(...messages).patient?.['name'] ?? []) as readonly { family: string }[]
    return name?.family
  }
  const newer = record('C1', '20261005120000', '20261004', 'RIVERS')

  it('changes nothing of PID, however late it is sent', () => {
    const older = record('C2', '20261006120000', '20261001', 'RIVER')
    expect(nameOf(newer, older)).toBe('RIVERS')
    expect(nameOf(older, newer)).toBe('RIVERS')
  })

  it('changes it when it is as old but told later', () => {
    expect(nameOf(newer, record('C2', '20261006120000', '20261004', 'LAKE'))).toBe('LAKE')
  })

  it('counts as of its message when it claims to be from later', () => {
    const future = record('C2', '20261004120000', '20301004', 'LAKE')
    expect(nameOf(record('C1', '20261005120000', '', 'RIVERS'), future)).toBe('RIVERS')
  })

  it('does not hold back what the message says beside PID', () => {
    const older = { ...record('C2', '20261006120000', '20261001', 'RIVER'), segments: ['NK1|1|LEE^SAM|SPO'] }
    const { resources } = patientAfter(newer, older)
    expect(resources.some(({ resourceType }) => resourceType === 'RelatedPerson')).toBe(true)
  })

  it('tells of a death as of its own time', () => {
    const dead: Er7 = { event: 'A31', id: 'C2', at: '20261006120000', pid: { 30: 'Y', 33: '20261001' } }
    const lives: Er7 = { event: 'A31', id: 'C3', at: '20261005120000', pid: { 30: 'N', 33: '20261004' } }
    expect(patientAfter(lives, dead).patient?.['deceasedBoolean']).not.toBe(true)
  })
})
