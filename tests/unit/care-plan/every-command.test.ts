import { describe, expect, it } from 'vitest'
import { evolveAll, type DomainEvent } from '../../../src/care-plan/machines/domain-event.ts'
import { listNames, type CaseFile, type Obligation } from '../../../src/care-plan/case/case-file.ts'
import { commands } from '../../../src/care-plan/commands/commands.ts'
import { machines } from '../../../src/care-plan/machines/machines.ts'
import { modelLookup, shippedModels } from '../../../src/care-plan/models/shipped-models.ts'
import { eventTypesOf } from '../../../src/mappers/case/journal/event-names.ts'
import { contextOf, fileOf } from '../../support/case-file.ts'
import { afterDischarge, endings, longCourse, type Line } from '../../support/every-command.ts'

interface Told {
  readonly name: string
  readonly payload: Readonly<Record<string, unknown>>
  readonly events: readonly DomainEvent[]
}

const START = Date.parse('2026-10-13T13:00:00Z')
const byAnother: ReadonlySet<string> = new Set(['ApproveClosure', 'RejectClosure', 'DeclineAssignment'])
const kept = new Map([
  ['PATIENT', 'p1'],
  ['TRANSITION', 't1'],
  ['OTHER', 'c2'],
])

const filled = (body: object): Readonly<Record<string, unknown>> =>
  JSON.parse(
    JSON.stringify(body).replaceAll(/\$([A-Z][A-Za-z0-9-]*)/g, (whole, name: string) =>
      name.startsWith('DUTY-') ? name : (kept.get(name) ?? whole),
    ),
  )

const dutyOf = (id: string): Obligation => ({
  ...{ id, state: 'due', rule: id.slice('DUTY-'.length), trigger: 'opened', status: 'requested' },
  ...{
    owner: 'Practitioner/noor',
    outputs: [],
    since: '2026-10-13T09:00:00-04:00',
    due: '2027-01-12T23:59:59-05:00',
  },
})

/** What every command of a course raised, told one after the other on the same case. */
function told(lines: readonly Line[], begin: CaseFile): readonly Told[] {
  let file = begin
  let born = 0
  return lines.map(([name, body = {}, keep = {}], i) => {
    const payload = filled(body)
    const duty = Object.values(payload).find(one => typeof one === 'string' && one.startsWith('DUTY-'))
    if (typeof duty === 'string' && !file.obligations.some(({ id }) => id === duty))
      file = { ...file, obligations: [...file.obligations, dutyOf(duty)] }
    const at = new Date(START + (i + 1) * 60_000).toISOString()
    const context = contextOf({
      actor: byAnother.has(name) ? 'Practitioner/ana' : 'Practitioner/noor',
      at,
      recorded: at,
      models: modelLookup(shippedModels),
      newId: noun => `${noun}-${(born += 1)}`,
    })
    const events = commands.get(name)?.decide(file, payload, context)
    if (!events?.ok) throw new Error(`${name}: ${JSON.stringify(events?.failure)}`)
    file = evolveAll(file, events.value)
    for (const [as, type] of Object.entries(keep))
      kept.set(as, events.value.find(event => event.type === type)?.id ?? '')
    return { name, payload, events: events.value }
  })
}
const transition = { id: 't1', state: 'discharged-community', start: '2026-10-13T08:00:00-04:00' } as const
const begin = fileOf({}, { transitions: [{ ...transition, encounter: 'e1' }] })
const whole = { title: longCourse.title, lines: [...longCourse.lines, ...afterDischarge.lines] }
const courses = [whole, ...endings.filter(({ of, title }) => !of && title !== 'merged')]

describe.each(courses)('in the course of $title', ({ lines }) => {
  const all = () => told(lines, begin)

  it('every command raises events, each of a noun with an id', () => {
    for (const { name, events } of all()) {
      expect([name, events.length > 0]).toEqual([name, true])
      for (const { noun, id } of events) {
        expect([name, noun === 'case' || noun in listNames]).toEqual([name, true])
        expect([name, id]).toEqual([name, expect.stringMatching(/./)])
      }
    }
  })

  it('every event is called as the catalogue of events has it', () => {
    for (const { name, events } of all())
      for (const { noun, type } of events)
        expect([name, type, eventTypesOf(noun).includes(type)]).toEqual([name, type, true])
  })

  it('no event has a field without a value beside what it takes away', () => {
    for (const { name, events } of all())
      for (const event of events)
        expect([name, Object.values(event).includes(undefined)]).toEqual([name, false])
  })

  it('what somebody gives as the reason is kept: of what happened, or with what it happened to', () => {
    for (const { name, payload, events } of all()) {
      const said = events.flatMap(({ reason, changes }) => [
        reason,
        ...Object.values(changes),
        'closure' in changes ? changes.closure?.reason : undefined,
      ])
      if (typeof payload['reason'] === 'string')
        expect([name, said]).toEqual([name, expect.arrayContaining([payload['reason']])])
    }
  })

  it('no state comes about but by a move of the machine that is called so', () => {
    for (const { name, events } of all())
      for (const { noun, type, changes } of events) {
        const to = 'state' in changes ? changes.state : undefined
        const moves = machines[noun]?.moves ?? []
        const isMove = to === undefined || moves.some(move => move.event === type && move.to === to)
        expect([name, type, to, isMove || !(noun in machines)]).toEqual([name, type, to, true])
      }
  })
})
