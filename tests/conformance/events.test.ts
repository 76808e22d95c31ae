import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { eventFiles, standingFiles } from '../../scripts/generate-events.ts'
import { projectRoot } from '../../scripts/services/service.ts'
import { machines } from '../../src/care-plan/machines/machines.ts'
import { eventTypesOf, nounNames } from '../../src/mappers/case/journal/event-names.ts'
import { cloudEventType } from '../../src/commands/journal/cloud-event.ts'
import { faultsOf } from '../support/event-schemas.ts'

describe('the schemas of events', () => {
  test('stand as `npm run generate:events` writes them, no more and no fewer', () => {
    expect(Object.fromEntries(standingFiles())).toEqual(Object.fromEntries(eventFiles()))
  })

  test('every event has a type of its own', () => {
    const types = nounNames.flatMap(noun => eventTypesOf(noun).map(type => cloudEventType(noun, type)))
    expect(new Set(types).size).toBe(types.length)
    expect(types).toContain('casewire.goal.set.v1')
    expect(types).toContain('casewire.activity.therapy-missed.v1')
  })

  test('every event that a command on a case can say is among them', () => {
    const known = new Set(nounNames.flatMap(eventTypesOf))
    const inCommands = globSync('src/care-plan/**/*.ts', { cwd: projectRoot }).flatMap(file =>
      [
        ...readFileSync(join(projectRoot, file), 'utf8').matchAll(/\b(?:type|event)(?::| =) '([A-Z]\w+)'/g),
      ].map(([, type = '']) => type),
    )
    expect(inCommands.length).toBeGreaterThan(20)
    // Models are of no case: what happens to one stands in its PlanDefinition's history.
    const unknown = inCommands.filter(type => !known.has(type) && !type.startsWith('Model'))
    expect([...new Set(unknown)]).toEqual([])
  })

  test('every event of a machine is a word in the past tense, not a command', () => {
    const commands = new Set(
      Object.values(machines).flatMap(({ moves }) => moves.map(({ command }) => command)),
    )
    const events = Object.values(machines).flatMap(({ moves }) => moves.map(({ event }) => event))
    expect(events.filter(event => commands.has(event))).toEqual([])
  })

  const goalSet = {
    ...{ specversion: '1.0', id: 'Goal/g/_history/1#01', source: 'x', type: 'casewire.goal.set.v1' },
    ...{
      subject: 'c',
      time: '2026-10-05T12:00:00.000Z',
      recordedtime: '2026-10-05T12:00:00.000Z',
      actor: 'a',
    },
    data: {
      ...{ caseId: 'c', patient: 'p', noun: 'goal', nounId: 'g', event: 'GoalSet' },
      changes: { id: 'g', state: 'proposed', text: 'Walk', weight: null },
      resource: { reference: 'Goal/g', version: 1 },
    },
  }

  test('a good event is good, and one that says too much, too little or a wrong state is not', () => {
    expect(faultsOf(goalSet)).toEqual([])
    const { data } = goalSet
    const bad = [
      { ...goalSet, type: 'casewire.goal.unheard-of.v1' },
      { ...goalSet, id: 'Goal/g' },
      { ...goalSet, actor: undefined },
      { ...goalSet, data: { ...data, changes: { ...data.changes, colour: 'red' } } },
      { ...goalSet, data: { ...data, changes: { state: 'dreamt-of' } } },
      { ...goalSet, data: { ...data, noun: 'need' } },
      { ...goalSet, data: { ...data, resource: undefined } },
    ]
    for (const event of bad) expect(faultsOf(event).length).toBeGreaterThan(0)
  })
})
