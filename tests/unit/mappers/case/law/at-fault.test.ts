import { expect, test } from 'vitest'
import { suspectOf } from '../../../../../src/mappers/case/law/at-fault.ts'

const failure = {
  kind: 'business-rule',
  code: 'rule-broken',
  message: '',
  expression: 'CarePlan.goal',
} as const
const [goal, plan, task] = [
  { resourceType: 'Goal', id: 'g1' },
  { resourceType: 'CarePlan', id: 'p1' },
  { resourceType: 'Task', id: 't1' },
]

test('a rule of the whole case is about what it found, else about the first of its type, else about the first', () => {
  const resources = [task, goal, plan]
  expect(suspectOf({ failure, resources, clue: 'no activity g1' })).toBe(goal)
  expect(suspectOf({ failure, resources, clue: 'several p1 p2' })).toBe(plan)
  expect(suspectOf({ failure, resources, clue: 'task:t1' })).toBe(task)
  expect(suspectOf({ failure, resources, clue: 'stamp' })).toBe(plan)
  expect(suspectOf({ failure, resources: [task, goal], clue: 'stamp' })).toBe(task)
})
