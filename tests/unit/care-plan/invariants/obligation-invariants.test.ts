import { describe, expect, it } from 'vitest'
import type { CaseFile, Obligation } from '../../../../src/care-plan/case/case-file.ts'
import { brokenRule } from '../../../../src/care-plan/invariants/invariant.ts'
import {
  obligationInvariants,
  requestersOf,
} from '../../../../src/care-plan/invariants/obligation-invariants.ts'
import type { Appointment, Contact, RedFlag } from '../../../../src/care-plan/nouns/contact.ts'
import type { CaseRoot } from '../../../../src/care-plan/nouns/case-root.ts'
import { anAssignment, contextOf, openFile } from '../../../support/case-file.ts'

const NOOR = 'Practitioner/noor'
const SUP = 'Practitioner/sup'
const duty = (more: Partial<Obligation> = {}): Obligation => ({
  ...{ id: 'o1', state: 'due', rule: 'plan-draft', trigger: 'opened', status: 'requested', outputs: [] },
  ...more,
})
const fileOf = (obligation: Obligation, root: Partial<CaseRoot> = {}): CaseFile =>
  openFile(root, { obligations: [obligation] })

function broken(before: CaseFile | undefined, after: CaseFile, actor = NOOR) {
  const failure = brokenRule(obligationInvariants, { before, after }, contextOf({ actor }))
  return failure && [failure.rule, failure.message, failure.expression]
}
const ruleOf = (...change: Parameters<typeof broken>) => broken(...change)?.[0]
const moved = (was: Partial<Obligation>, is: Partial<Obligation>, actor = NOOR) =>
  ruleOf(fileOf(duty(was)), fileOf(duty({ ...was, ...is })), actor)

describe('who speaks for the rule that asked for a duty', () => {
  it('are the manager, and who accepted and offered the assignment, each once', () => {
    expect(requestersOf(openFile())).toEqual([NOOR, SUP])
    const offered = anAssignment({ id: 'a2', state: 'offered', manager: 'Practitioner/x', offeredBy: 'y' })
    expect(requestersOf(openFile({}, { assignments: [anAssignment(), offered] }))).toEqual([NOOR, SUP])
  })

  it('are those that there are', () => {
    const { offeredBy: _, ...assignment } = anAssignment({ manager: 'Practitioner/sam' })
    expect(requestersOf(openFile({}, { assignments: [assignment] }))).toEqual([NOOR, 'Practitioner/sam'])
    const { manager: _m, ...root } = openFile().case
    expect(requestersOf({ ...openFile(), case: root, assignments: [] })).toEqual([])
  })
})

describe('I14, who moves a duty', () => {
  const owned = { owner: NOOR }

  it('lets its owner accept it and nobody else', () => {
    expect(moved(owned, { status: 'accepted' })).toBeUndefined()
    expect(moved(owned, { status: 'accepted' }, SUP)).toBe('I14')
  })

  it('lets its owner and who speaks for the rule cancel it', () => {
    const waived = { status: 'cancelled', statusReason: 'not needed' }
    expect(moved({ owner: 'Practitioner/pt' }, waived, 'Practitioner/pt')).toBeUndefined()
    expect(moved({ owner: 'Practitioner/pt' }, waived, SUP)).toBeUndefined()
    expect(moved({ owner: 'Practitioner/pt' }, waived, 'Practitioner/else')).toBe('I14')
  })

  it('goes from one manager to the next with the case, and otherwise only by its owner', () => {
    const [before, after] = [fileOf(duty(owned)), fileOf(duty({ owner: 'Practitioner/sam' }))]
    const handedOver = { ...after, case: { ...after.case, manager: 'Practitioner/sam' } }
    expect(ruleOf(before, handedOver, SUP)).toBeUndefined()
    expect(ruleOf(before, after, SUP)).toBe('I14')
    expect(ruleOf(before, after, NOOR)).toBeUndefined()
    const another = fileOf(duty({ owner: 'Practitioner/pt' }))
    expect(ruleOf(another, handedOver, SUP)).toBe('I14')
  })

  it('lets a professional take what nobody owns, and not patient or family', () => {
    const accepted = (owner: string) => moved({}, { status: 'accepted', owner }, owner)
    expect(accepted('Practitioner/pt')).toBeUndefined()
    expect([accepted('Patient/p1'), accepted('RelatedPerson/sam')]).toEqual(['I14', 'I14'])
    expect(moved({ owner: 'Patient/p1' }, { status: 'accepted' }, 'Patient/p1')).toBeUndefined()
    const family = fileOf(duty({ status: 'accepted', owner: 'Patient/p1' }))
    expect(broken(fileOf(duty()), family, 'Patient/p1')?.slice(1)).toEqual([
      expect.stringContaining('(AssignObligation)'),
      'Task.owner',
    ])
  })

  it('lets patient and family note something on what nobody owns, as long as its state stays', () => {
    expect(moved({}, { note: 'we called' }, 'RelatedPerson/sam')).toBeUndefined()
  })

  it('asks nothing of duties that are new or as they were', () => {
    const after = fileOf(duty({ status: 'accepted', owner: 'Practitioner/pt' }))
    expect(ruleOf(openFile(), after, 'Practitioner/else')).toBeUndefined()
    expect(ruleOf(undefined, after, 'Practitioner/else')).toBeUndefined()
    expect(ruleOf(after, after, 'Practitioner/else')).toBeUndefined()
  })
})

describe('I15, results and reasons', () => {
  const after = (more: Partial<Obligation>) => broken(undefined, fileOf(duty({ owner: NOOR, ...more })))

  it('has a duty that is completed name what shows it, ours or of another client', () => {
    expect(after({ status: 'completed' })).toEqual([
      'I15',
      'I15: A completed duty names what shows it.',
      'Task.output',
    ])
    expect(after({ status: 'completed', outputs: ['Encounter/e1'] })).toBeUndefined()
    expect(after({ status: 'completed', otherOutputs: 1 })).toBeUndefined()
    expect(after({ status: 'in-progress' })).toBeUndefined()
  })

  it.each(['rejected', 'cancelled', 'on-hold', 'failed'])('has a duty that is %s say why', status => {
    expect(after({ status })).toEqual([
      'I15',
      `I15: A duty that is ${status} says why.`,
      'Task.statusReason.text',
    ])
    expect(after({ status, statusReason: '  ' })?.[0]).toBe('I15')
    expect(after({ status, statusReason: 'moved away' })).toBeUndefined()
  })

  it('judges each duty for itself: a wrong one that stood before excuses no other', () => {
    const two = (...statuses: readonly string[]) =>
      openFile({}, { obligations: statuses.map((status, i) => duty({ id: `o${i}`, owner: NOOR, status })) })
    expect(ruleOf(two('completed', 'in-progress'), two('completed', 'in-progress'))).toBeUndefined()
    expect(ruleOf(two('completed', 'in-progress'), two('completed', 'completed'))).toBe('I15')
    const held = two('on-hold', 'in-progress')
    expect(ruleOf(held, two('on-hold', 'on-hold'))).toBe('I15')
  })
})

describe('I16, a duty under way has an owner', () => {
  it.each(['accepted', 'in-progress', 'on-hold'])('while it is %s', status => {
    const without = fileOf(duty({ status, statusReason: 'later' }))
    expect(broken(undefined, without)).toEqual([
      'I16',
      'I16: A duty that is under way has an owner.',
      'Task.owner',
    ])
    expect(ruleOf(undefined, fileOf(duty({ status, statusReason: 'later', owner: NOOR })))).toBeUndefined()
  })

  it('and needs none before', () => {
    expect(ruleOf(undefined, fileOf(duty()))).toBeUndefined()
  })
})

describe('I18, what was cancelled with its trigger', () => {
  it('comes back only with the trigger', () => {
    const [voided, due] = [fileOf(duty({ state: 'voided' })), fileOf(duty())]
    expect(broken(voided, due)).toEqual([
      'I18',
      expect.stringContaining('what called for it was withdrawn'),
      'Task.status',
    ])
    expect(ruleOf(voided, fileOf(duty({ state: 'voided', note: 'seen' })))).toBeUndefined()
    expect(ruleOf(due, fileOf(duty({ state: 'waived' })))).toBeUndefined()
  })
})

describe('I21, after a death', () => {
  const died: Partial<CaseRoot> = { state: 'deceased', end: '2026-10-14T12:00:00-04:00' }
  const [earlier, later] = ['2026-10-14T12:00:00-04:00', '2026-10-14T12:00:01-04:00']
  const contact = (more: Partial<Contact> = {}): Contact => ({
    ...{ id: 'k1', state: 'made', kind: 'phone', at: later, outcome: 'reached', topics: [], redFlags: [] },
    ...more,
  })
  const visit = (more: Partial<Appointment> = {}): Appointment => ({
    ...{ id: 'v1', state: 'booked', purpose: 'service', start: later },
    ...more,
  })
  const flag = (more: Partial<RedFlag> = {}): RedFlag =>
    ({ id: 'f1', state: 'open', at: later, text: 'x', ...more }) as RedFlag
  const after = (lists: Partial<CaseFile>, root = died) => ruleOf(openFile(died), openFile(root, lists))

  it.each(['planned', 'made', 'attempted'] as const)('no contact is %s', state => {
    expect(after({ contacts: [contact({ state })] })).toBe('I21')
    expect(after({ contacts: [contact({ state, at: earlier })] })).toBeUndefined()
    expect(after({ contacts: [contact({ state })] }, { ...died, state: 'open' })).toBeUndefined()
  })

  it.each(['proposed', 'pending', 'booked', 'waitlist'] as const)('no appointment is %s', state => {
    expect(after({ appointments: [visit({ state })] })).toBe('I21')
    expect(after({ appointments: [visit({ state, start: earlier })] })).toBeUndefined()
  })

  it('an appointment without a time is one that is still to come', () => {
    const { start: _, ...open } = visit()
    expect(after({ appointments: [open] })).toBe('I21')
  })

  it('no red flag is raised', () => {
    expect(after({ flags: [flag()] })).toBe('I21')
    expect(after({ flags: [flag({ at: earlier })] })).toBeUndefined()
  })

  it('what has ended or is cancelled may still be recorded', () => {
    expect(after({ contacts: [contact({ state: 'cancelled' as 'made' })] })).toBeUndefined()
    expect(after({ appointments: [visit({ state: 'cancelled' })] })).toBeUndefined()
    expect(after({ flags: [flag({ state: 'resolved' as 'open' })] })).toBeUndefined()
  })

  it('what was known before stays', () => {
    const lists = { contacts: [contact()], appointments: [visit()], flags: [flag()] }
    const living = openFile({}, lists)
    expect(ruleOf(living, openFile(died, lists))).toBeUndefined()
    expect(ruleOf(openFile(), openFile(died, lists))).toBe('I21')
  })

  it('a death without a known time leaves nothing to contact for', () => {
    const { end: _, ...root } = died
    expect(after({ contacts: [contact({ at: earlier })] }, root)).toBe('I21')
  })

  it('those who mourn are contacted, and not the patient', () => {
    const bereavement = duty({ rule: 'bereavement' })
    const to = (person: string | undefined, obligations: readonly Obligation[] = [bereavement]) =>
      after({ obligations, contacts: [contact(person === undefined ? {} : { with: person })] })
    expect(to('RelatedPerson/sam')).toBeUndefined()
    expect(to('Patient/p1')).toBe('I21')
    expect(to(undefined)).toBe('I21')
    expect(to('RelatedPerson/sam', [])).toBe('I21')
  })

  it('says with whom contact is possible', () => {
    expect(broken(openFile(died), openFile(died, { contacts: [contact()] }))).toEqual([
      'I21',
      'I21: After the death of the patient only those who mourn are contacted: say with whom.',
      undefined,
    ])
  })

  it('duties stay cancelled, but for those to family and record', () => {
    const again = (rule: string, state: Obligation['state'] = 'due') => {
      const voided = duty({ rule, state: 'voided' })
      const [, , , , i21] = obligationInvariants
      const [was, is] = [fileOf(voided, died), fileOf({ ...voided, state }, died)]
      return i21?.violations(is, was, contextOf()).map(({ key, expression }) => [key, expression])
    }
    expect(again('plan-draft')).toEqual([['I21 duty o1', 'Task.status']])
    expect(again('plan-draft', 'missed')).toEqual([['I21 duty o1', 'Task.status']])
    expect(again('plan-draft', 'waived')).toEqual([])
    expect([again('bereavement'), again('fact-review')]).toEqual([[], []])
  })
})
