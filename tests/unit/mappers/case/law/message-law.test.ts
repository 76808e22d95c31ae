import { describe, expect, it } from 'vitest'
import type { Resource } from '../../../../../src/fhir/resource.ts'
import { caseId, root } from '../../../../support/case-acts.ts'
import { admitted } from '../../../../support/case-stories.ts'
import {
  after,
  CM,
  emptyWorld,
  lawOf,
  PATIENT,
  put,
  tasksOf,
  written,
} from '../../../../support/case-world.ts'

const SINCE = '2026-10-06T09:00:00-04:00'
const patient = { reference: `Patient/${PATIENT}` }
const gp = { reference: 'Practitioner/gp' }
const allowed = after(emptyWorld, admitted)
const prohibited = root(allowed, {
  isContactProhibited: true,
  contactProhibition: { since: SINCE, reason: 'He asks not to be called.' },
})

const message = (type: string, status: string, more: object = {}): Resource => ({
  ...{ resourceType: type, id: 'message', status, subject: patient, recipient: [patient] },
  meta: { tag: [{ system: `${CM}/sid/case`, code: caseId }] },
  ...more,
})
const ruleOf = (resource: Resource, world = prohibited): unknown => {
  const law = lawOf(world, [resource])
  return law.ok ? 'taken' : [law.failure.rule, law.failure.expression]
}

describe('while contacting the patient is prohibited (I9)', () => {
  it.each([
    ['Communication', 'preparation'],
    ['Communication', 'in-progress'],
    ['Communication', 'completed'],
    ['CommunicationRequest', 'active'],
  ])('a %s that is %s counts as a contact', (type, status) => {
    const refusal = ['I9', `${type}.status`]
    expect(ruleOf(message(type, status))).toEqual(refusal)
    expect(ruleOf(message(type, status, { recipient: undefined }))).toEqual(refusal)
    expect(ruleOf(message(type, status, { recipient: [gp, { reference: 'RelatedPerson/mum' }] }))).toEqual(
      refusal,
    )
    expect(ruleOf(message(type, status), allowed)).toBe('taken')
    const draft = { compartment: put(prohibited.compartment, [message(type, 'draft')]) }
    expect(ruleOf(message(type, status), draft)).toEqual(refusal)
  })

  it('a message to others, from the patient, withdrawn, or of no case, is none', () => {
    expect(ruleOf(message('Communication', 'completed', { recipient: [gp] }))).toBe('taken')
    expect(ruleOf(message('Communication', 'completed', { sender: patient }))).toBe('taken')
    expect(ruleOf(message('Communication', 'entered-in-error'))).toBe('taken')
    expect(ruleOf(message('CommunicationRequest', 'draft'))).toBe('taken')
    expect(ruleOf(message('Communication', 'completed', { meta: undefined }))).toBe('taken')
  })

  it('what was sent before is kept, and may still be written down', () => {
    const sent = (at: string) => message('Communication', 'completed', { sent: at })
    expect(ruleOf(sent('2026-10-06T08:59:00-04:00'))).toBe('taken')
    expect(ruleOf(sent(SINCE))).toEqual(['I9', 'Communication.status'])
    const known = { compartment: put(prohibited.compartment, [sent(SINCE)]) }
    expect(ruleOf({ ...sent(SINCE), language: 'en' }, known)).toBe('taken')
    const asked = message('CommunicationRequest', 'active')
    const standing = { compartment: put(prohibited.compartment, [asked]) }
    expect(ruleOf({ ...asked, language: 'en' }, standing)).toBe('taken')
  })

  it('a peer that sends one is recorded and flagged, and people look', () => {
    const heard = written(prohibited, [message('Communication', 'completed')], {
      door: 'peer',
      actor: 'Device/peer-north',
    })
    expect(JSON.stringify(heard.compartment.find(({ id }) => id === 'message')?.meta)).toContain(
      '"rule-broken"',
    )
    expect(tasksOf(heard, 'fact-review')).toHaveLength(1)
  })
})
