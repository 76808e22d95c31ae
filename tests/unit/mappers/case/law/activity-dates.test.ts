import { describe, expect, it } from 'vitest'
import type { Resource } from '../../../../../src/fhir/resource.ts'
import { workflowEpisode } from '../../../../../src/mappers/case/names.ts'
import { nounLenses } from '../../../../../src/mappers/case/nouns/noun-lenses.ts'
import {
  admission,
  after,
  CM,
  emptyWorld,
  only,
  PATIENT,
  stay,
  written,
  type World,
} from '../../../../support/case-world.ts'

const start = after(emptyWorld, [stay('e1', [admission('2026-10-05T18:30:00')])])
const caseId = only(start, 'EpisodeOfCare').id ?? ''
const request = (status: string, more: object = {}): Resource => ({
  resourceType: 'ServiceRequest',
  id: 's1',
  status,
  intent: 'order',
  code: { text: 'Physical therapy' },
  subject: { reference: `Patient/${PATIENT}` },
  extension: [{ url: workflowEpisode, valueReference: { reference: `EpisodeOfCare/${caseId}` } }],
  ...more,
})
const at = (day: number) => ({ at: `2026-10-${day}T14:00:00.000Z` })
const datesIn = (world: World) => {
  const { requestedAt, endedAt } = nounLenses(CM).of('activity').read(only(world, 'ServiceRequest'))
  return [requestedAt, endedAt]
}

describe('an activity that a FHIR client moves', () => {
  const planned = written(start, [request('draft')], at(10))
  const asked = written(planned, [request('active')], at(11))

  it('keeps when the provider was asked and when it ended, as its command would have', () => {
    expect(datesIn(planned)).toEqual([undefined, undefined])
    expect(datesIn(asked)).toEqual(['2026-10-11T10:00:00-04:00', undefined])
    const done = written(asked, [{ ...only(asked, 'ServiceRequest'), status: 'completed' }], at(12))
    expect(datesIn(done)).toEqual(['2026-10-11T10:00:00-04:00', '2026-10-12T10:00:00-04:00'])
  })

  it('keeps the times that the client tells, and when it ended when a client leaves that out later', () => {
    const told = written(planned, [request('active', { authoredOn: '2026-10-09' })], at(11))
    expect(datesIn(told)).toEqual(['2026-10-09', undefined])
    const done = written(told, [request('revoked')], at(12))
    const again = written(done, [request('revoked', { note: [{ text: 'told by phone' }] })], at(14))
    expect(datesIn(again)[1]).toBe('2026-10-12T10:00:00-04:00')
  })

  it('gets no times when it is told for the first time, over or not', () => {
    expect(only(written(start, [request('completed')]), 'ServiceRequest')).toEqual(request('completed'))
    expect(only(written(start, [request('active')]), 'ServiceRequest')).toEqual(request('active'))
  })
})
