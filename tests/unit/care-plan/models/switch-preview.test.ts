import { describe, expect, it } from 'vitest'
import type { CaseFile } from '../../../../src/care-plan/case/case-file.ts'
import type { ModelProfile } from '../../../../src/care-plan/models/model-profile.ts'
import { modelLookup, shippedModels } from '../../../../src/care-plan/models/shipped-models.ts'
import type { Contact } from '../../../../src/care-plan/nouns/contact.ts'
import { switchPreview, type PreviewContext } from '../../../../src/care-plan/models/switch-preview.ts'
import { openFile } from '../../../support/case-file.ts'

const model = (id: string): ModelProfile => shippedModels.find(one => one.id === id) as ModelProfile
const context: PreviewContext = {
  models: modelLookup(shippedModels),
  timeZone: 'America/New_York',
  nowMs: Date.parse('2026-12-01T12:00:00-05:00'),
  others: [],
}
const since = '2026-10-13T10:00:00-04:00'
const clinicalFile = (lists: Partial<CaseFile> = {}) =>
  openFile({ models: [{ model: 'clinical', version: '1.0.0', since }] }, lists)
const call = (id: string, more: Partial<Contact> = {}): Contact => ({
  ...{ id, state: 'made', kind: 'phone', at: '2026-10-20T10:00:00-04:00', outcome: 'reached' },
  ...{ topics: [], redFlags: [] },
  ...more,
})
const named = ({ id, version, title }: ModelProfile) => ({ id, version, title })
const preview = (file: CaseFile, more: Partial<PreviewContext> = {}) =>
  switchPreview(file, model('intensive'), { ...context, ...more })

describe('what another model means', () => {
  it('names both models, and none before when the case has none that is known', () => {
    expect(preview(clinicalFile())).toMatchObject({
      from: named(model('clinical')),
      to: named(model('intensive')),
    })
    for (const file of [openFile(), openFile({ models: [{ model: 'unknown', version: '1.0.0' }] })])
      expect(preview(file)).toMatchObject({
        from: null,
        contactsPerWeek: { before: null, after: 4 },
        hoursPerWeek: { before: null },
      })
  })

  it('takes the last model of a case for the one before', () => {
    const models = [
      { model: 'clinical', version: '1.0.0', since },
      { model: 'brokerage', version: '1.0.0', since: '2026-11-01T10:00:00-04:00' },
    ]
    expect(preview(openFile({ models })).from).toEqual(named(model('brokerage')))
  })

  it('counts contacts and hours from the phase of the cadence that the case has come to', () => {
    const { cadence } = model('strengths')
    expect(cadence[0]?.times).toBeGreaterThan(1)
    const file = (count: number) =>
      openFile(
        { models: [{ model: 'strengths', version: '1.0.0', since }] },
        { contacts: Array.from({ length: count }, (_, i) => call(`k${i}`)) },
      )
    const times = cadence[0]?.times ?? 0
    const early = preview(file(times - 1))
    const late = preview(file(times))
    expect(late.contactsPerWeek.before).toBeLessThan(early.contactsPerWeek.before ?? 0)
    expect(late.hoursPerWeek.before).toBeLessThan(early.hoursPerWeek.before ?? 0)
    expect(late.contactsPerWeek.after).toBe(early.contactsPerWeek.after)
  })

  it('counts only what was made under the model until now', () => {
    const times = model('strengths').cadence[0]?.times ?? 0
    const file = (at: string, period = since) =>
      openFile(
        { models: [{ model: 'strengths', version: '1.0.0', since: period }] },
        { contacts: Array.from({ length: times }, (_, i) => call(`k${i}`, { at })) },
      )
    const before = (made: CaseFile) => preview(made).contactsPerWeek.before
    const fresh = before(file('2026-10-12T10:00:00-04:00'))
    expect(before(file('2026-12-02T10:00:00-05:00'))).toBe(fresh)
    expect(before(file(since))).not.toBe(fresh)
    const sinceNever = openFile(
      { models: [{ model: 'strengths', version: '1.0.0' }] },
      { contacts: file(since).contacts },
    )
    expect(before(sinceNever)).toBe(fresh)
  })

  it('takes a contact by phone for as long as those of the case last', () => {
    expect(preview(clinicalFile()).minutesPerContact).toBe(30)
    const calls = [call('k1', { minutes: 20 }), call('k2', { minutes: 25 }), call('k3', { minutes: 26 })]
    expect(preview(clinicalFile({ contacts: calls })).minutesPerContact).toBe(23.67)
  })

  it('weighs the case among the others of its manager, before and after', () => {
    const others = Array.from({ length: 11 }, () => ({ ratio: 12 }))
    expect(preview(clinicalFile(), { others }).capacity).toEqual({
      manager: 'Practitioner/noor',
      before: 0.95,
      after: 1,
      isOver: false,
    })
    const full = Array.from({ length: 12 }, () => ({ ratio: 12 }))
    expect(preview(clinicalFile(), { others: full }).capacity).toMatchObject({ after: 1.08, isOver: true })
    expect(preview(openFile(), { others: full }).capacity).toMatchObject({ before: 1 })
  })

  it('knows a part-time manager', () => {
    const capacity = { fullTime: 0.5, nonCaseShare: 0, experience: 1 }
    expect(preview(clinicalFile(), { capacity }).capacity).toMatchObject({ before: 0.07, after: 0.17 })
  })

  it('weighs nothing for a case without a manager', () => {
    const { manager: _, ...root } = clinicalFile().case
    expect(preview({ ...clinicalFile(), case: root }).capacity).toBeNull()
  })
})
