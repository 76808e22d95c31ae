import { describe, expect, it } from 'vitest'
import { caseStates } from '../../../../../src/care-plan/case/case.ts'
import { assignmentMachine, consentMachine } from '../../../../../src/care-plan/nouns/people.ts'
import type { Resource } from '../../../../../src/fhir/resource.ts'
import { nounLenses } from '../../../../../src/mappers/case/nouns/noun-lenses.ts'
import { aCase, aConsent, anAssignment } from '../../../../support/case-file.ts'
import { admission, after, CM, emptyWorld, only, stay } from '../../../../support/case-world.ts'

const lenses = nounLenses(CM)
const birth = { id: 'n1', caseId: 'c1', patient: 'p1' }

describe('a case in its EpisodeOfCare', () => {
  const lens = lenses.of('case')
  const born = lens.write(lens.blank(birth, aCase()), aCase({ id: 'n1' }))

  it('has the case type first, the model second with its version, and both managers', () => {
    const models = [
      { model: 'clinical', version: '1', since: '2026-10-13T09:00:00-04:00' },
      { model: 'intensive', version: '2', since: '2026-12-14T09:00:00-05:00', reason: 'misses' },
    ]
    const root = aCase({ models, manager: 'Practitioner/noor', assigner: 'Organization/valley' })
    expect(lens.write(born, root)).toMatchObject({
      type: [
        { coding: [{ system: `${CM}/CodeSystem/case-type`, code: 'acute' }] },
        { coding: [{ system: `${CM}/CodeSystem/model`, version: '2', code: 'intensive' }] },
      ],
      careManager: { reference: 'Practitioner/noor' },
      managingOrganization: { reference: 'Organization/valley' },
    })
  })

  it('appends a row to the status history whenever the native status changes, and none otherwise', () => {
    const steps = [
      ['screened', '2026-10-13T09:00:00-04:00'],
      ['open', '2026-10-13T10:00:00-04:00'],
      ['active', '2026-10-15T10:00:00-04:00'],
      ['closed', '2027-05-28T10:00:00-04:00'],
    ] as const
    const closed = steps.reduce<Resource>(
      (episode, [state, since]) => lens.write(episode, aCase({ state, since })),
      born,
    )
    expect(closed['statusHistory']).toEqual([
      { status: 'planned', period: { start: '2026-10-12T09:00:00-04:00', end: '2026-10-13T10:00:00-04:00' } },
      { status: 'active', period: { start: '2026-10-13T10:00:00-04:00', end: '2027-05-28T10:00:00-04:00' } },
      { status: 'finished', period: { start: '2027-05-28T10:00:00-04:00' } },
    ])
    expect(closed['status']).toBe('finished')
  })

  it('reads what facts laid over it, and keeps that when something else changes', () => {
    const died = after(emptyWorld, [stay('e1', [admission('2026-10-05T18:30:00')])], {
      deceased: { at: '2026-10-12' },
    })
    const episode = only(died, 'EpisodeOfCare')
    const root = lens.read(episode)
    expect(root.state).toBe('deceased')
    const rated = lens.write(episode, { ...root, acuity: 'high' })
    expect([rated['_status'], rated['statusHistory']]).toEqual([episode['_status'], episode['statusHistory']])
    const corrected = lens.write(episode, { ...root, state: 'entered-in-error' })
    expect(corrected['_status']).toBeUndefined()
    expect(lens.read(corrected).state).toBe('entered-in-error')
  })

  it.each(caseStates)('shows %s and no other state when it is written', state => {
    expect(lens.read(lens.write(born, aCase({ state }))).state).toBe(state)
  })

  it('reads a code that it does not know as none', () => {
    const odd = { ...born, extension: [{ url: `${CM}/StructureDefinition/acuity`, valueCode: 'unheard-of' }] }
    expect(lens.read(odd).acuity).toBeUndefined()
  })

  it('reads a model whose coding a client changed as switched, without a time', () => {
    const models = [{ model: 'clinical', version: '1', since: '2026-10-13T09:00:00-04:00' }]
    const episode = lens.write(born, aCase({ models }))
    const [type] = episode['type'] as readonly unknown[]
    const changed = {
      ...episode,
      type: [type, { coding: [{ system: `${CM}/CodeSystem/model`, code: 'brokerage' }] }],
    }
    expect(lens.read(changed).models).toEqual([...models, { model: 'brokerage' }])
    expect(lens.write(episode, aCase())['type']).toEqual([type])
  })
})

describe('an assignment in its Task', () => {
  const lens = lenses.of('assignment')

  it.each([
    ['offered', 'requested'],
    ['accepted', 'accepted'],
    ['declined', 'rejected'],
    ['expired', 'cancelled'],
    ['handed-over', 'completed'],
    ['ended', 'completed'],
    ['entered-in-error', 'entered-in-error'],
  ] as const)('that is %s has the status %s', (state, status) => {
    const assignment = anAssignment({ state })
    const task = lens.write(lens.blank(birth, assignment), assignment)
    expect(task['status']).toBe(status)
    expect(assignmentMachine.states).toContain(lens.read(task).state)
  })

  it.each([
    ['draft', 'offered'],
    ['received', 'offered'],
    ['ready', 'offered'],
    ['in-progress', 'accepted'],
    ['on-hold', 'accepted'],
    ['failed', 'ended'],
    ['completed', 'ended'],
    ['unheard-of', 'offered'],
  ])('whose status a client made %s is %s', (status, state) => {
    expect(lens.read({ ...lens.blank(birth, anAssignment()), status }).state).toBe(state)
  })
})

describe('a consent in its Consent', () => {
  const lens = lenses.of('consent')
  const blank = lens.blank(birth, aConsent())

  it.each([
    ['proposed', 'proposed'],
    ['active', 'active'],
    ['revoked', 'inactive'],
    ['expired', 'inactive'],
    ['rejected', 'rejected'],
  ] as const)('that is %s has the status %s', (state, status) => {
    const consent = lens.write(blank, aConsent({ state }))
    expect(consent['status']).toBe(status)
    expect(consentMachine.states).toContain(lens.read(consent).state)
  })

  it('of another system is one to case management when its scope is treatment, else to sharing', () => {
    const scoped = (code: string): Resource => ({
      ...blank,
      scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code }] },
    })
    expect(lens.read(scoped('treatment')).scope).toBe('case-management')
    expect(lens.read(scoped('patient-privacy')).scope).toBe('sharing')
    expect(lens.read({ ...scoped('treatment'), status: 'draft' }).state).toBe('proposed')
  })

  it('says in its provision who may be told what, and keeps actors in other roles', () => {
    const other = { role: { text: 'custodian' }, reference: { reference: 'Organization/valley' } }
    const given = { ...blank, provision: { actor: [other], provision: [{ type: 'deny' }] } }
    const consent = lens.write(given, aConsent({ recipients: ['Organization/irf'], classes: ['CarePlan'] }))
    expect(consent['provision']).toMatchObject({
      actor: [other, { reference: { reference: 'Organization/irf' } }],
      class: [{ system: 'http://hl7.org/fhir/resource-types', code: 'CarePlan' }],
      provision: [{ type: 'deny' }],
    })
  })
})
