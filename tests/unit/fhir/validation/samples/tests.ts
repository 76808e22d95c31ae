import { ext, sample } from './sample.ts'
import type { Sample } from './sample.ts'

const asserting = (path: string, keys: readonly [string, string, string]): readonly Sample[] => [
  sample(
    path,
    keys[0],
    [{ path: 'a' }, { ...ext, path: 'a', resource: 'b' }, {}],
    [{ path: 'a', resource: 'b' }],
  ),
  sample(
    path,
    keys[1],
    [
      {},
      { compareToSourceId: 'a', compareToSourcePath: 'b' },
      { compareToSourceId: 'a', compareToSourceExpression: 'b' },
    ],
    [{ compareToSourceId: 'a' }, { compareToSourcePath: 'a' }],
  ),
  sample(
    path,
    keys[2],
    [{ direction: 'request' }, { direction: 'response', response: 'okay' }, { response: 'okay' }],
    [
      { direction: 'request', response: 'okay' },
      { direction: 'request', responseCode: '200' },
    ],
  ),
]

export const testSamples: readonly Sample[] = [
  ...[
    ['TestReport.setup.action', 'inv-1'],
    ['TestReport.test.action', 'inv-2'],
    ['TestScript.setup.action', 'tst-1'],
    ['TestScript.test.action', 'tst-2'],
  ].map(([path = '', key = '']) =>
    sample(path, key, [{ operation: {} }, { assert: {} }], [{}, { operation: {}, assert: {} }]),
  ),
  sample(
    'TestScript.metadata',
    'tst-4',
    [{ capability: [{ required: true }] }, { capability: [{ validated: false }] }],
    [{ capability: [{}] }],
  ),
  sample(
    'TestScript.variable',
    'tst-3',
    [{ expression: 'a', path: 'b' }, {}],
    [{ expression: 'a', headerField: 'b', path: 'c' }],
  ),
  ...[
    ['TestScript.setup.action.operation', 'tst-7'],
    ['TestScript.test.action.operation', 'tst-8'],
    ['TestScript.teardown.action.operation', 'tst-9'],
  ].map(([path = '', key = '']) =>
    sample(
      path,
      key,
      [{ sourceId: 'a' }, { url: 'a' }, { type: { code: 'search' } }],
      [{ targetId: 'a', url: 'b' }, { type: { code: 'read' } }],
    ),
  ),
  ...asserting('TestScript.setup.action.assert', ['tst-5', 'tst-10', 'tst-12']),
  ...asserting('TestScript.test.action.assert', ['tst-6', 'tst-11', 'tst-13']),
]
