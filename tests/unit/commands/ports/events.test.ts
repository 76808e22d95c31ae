import { expect, test } from 'vitest'
import { faultOf } from '../../../../src/commands/ports/events.ts'

const thrown = (fields: object): Error => Object.assign(new Error('a value of DOE^JANE'), fields)

test.each([
  [{ code: 'ECONNREFUSED' }, 'ECONNREFUSED'],
  [{ code: '40001', type: 'ignored' }, '40001'],
  [{ code: 3, type: 'UNKNOWN_TOPIC_OR_PARTITION' }, 'UNKNOWN_TOPIC_OR_PARTITION'],
  [{ type: 'the name of DOE^JANE' }, undefined],
])('an error with %j is logged with the code %s, and without its message', (fields, code) => {
  const fault = faultOf(thrown(fields))
  expect(fault.code).toBe(code)
  expect(JSON.stringify(fault)).not.toContain('DOE')
})

test('where an error was thrown names no folder of the machine, of modules of either kind', () => {
  const error = new Error('x')
  error.stack = [
    'Error: x',
    '    at parse (/srv/app/node_modules/kafkajs/src/error.js:1:2)',
    '    at file:///srv/app/src/main.ts:3:4',
    '    at node:internal/process:5:6',
  ].join('\n')
  expect(faultOf(error).frames).toEqual([
    'at parse (node_modules/kafkajs/src/error.js:1:2)',
    'at src/main.ts:3:4',
    'at node:internal/process:5:6',
  ])
})
