import { sample } from './sample.ts'
import type { Sample } from './sample.ts'

const requested = { entry: [{ request: {} }] }
const answered = { entry: [{ response: {} }] }

export const bundleSamples: readonly Sample[] = [
  sample(
    'Bundle',
    'bdl-1',
    [{ total: 1, type: 'searchset' }, { total: 1, type: 'history' }, { type: 'batch' }],
    [{ total: 1, type: 'batch' }],
  ),
  sample(
    'Bundle',
    'bdl-2',
    [
      { type: 'searchset', entry: [{ search: {} }] },
      { type: 'batch', entry: [{}] },
    ],
    [{ type: 'batch', entry: [{ search: {} }] }],
  ),
  sample(
    'Bundle',
    'bdl-3',
    [
      { type: 'batch', ...requested },
      { type: 'transaction', ...requested },
      { type: 'history', ...requested },
      { type: 'collection', entry: [{}] },
    ],
    [
      { type: 'batch', entry: [{}] },
      { type: 'collection', ...requested },
      { type: 'transaction', entry: [{ request: {} }, {}] },
    ],
  ),
  sample(
    'Bundle',
    'bdl-4',
    [
      { type: 'batch-response', ...answered },
      { type: 'transaction-response', ...answered },
      { type: 'history', ...answered },
    ],
    [
      { type: 'batch-response', entry: [{}] },
      { type: 'collection', ...answered },
    ],
  ),
  sample('Bundle.entry', 'bdl-5', [{ resource: {} }, { request: {} }, { response: {} }], [{ fullUrl: 'a' }]),
  sample(
    'Bundle',
    'bdl-7',
    [
      { type: 'collection', entry: [{ fullUrl: 'a' }, { fullUrl: 'b' }, {}, {}] },
      {
        type: 'collection',
        entry: [
          { fullUrl: 'a', resource: { meta: { versionId: '1' } } },
          { fullUrl: 'a', resource: { meta: { versionId: '2' } } },
        ],
      },
      { type: 'history', entry: [{ fullUrl: 'a' }, { fullUrl: 'a' }] },
    ],
    [{ type: 'collection', entry: [{ fullUrl: 'a' }, { fullUrl: 'a' }] }],
  ),
  sample(
    'Bundle.entry',
    'bdl-8',
    [{ fullUrl: 'http://a/Patient/1' }, {}],
    [{ fullUrl: 'http://a/Patient/1/_history/2' }],
  ),
  sample(
    'Bundle',
    'bdl-9',
    [{ type: 'document', identifier: { system: 'a', value: 'b' } }, { type: 'batch' }],
    [
      { type: 'document' },
      { type: 'document', identifier: { system: 'a' } },
      { type: 'document', identifier: { value: 'a' } },
    ],
  ),
  sample(
    'Bundle',
    'bdl-10',
    [{ type: 'document', timestamp: 'x' }, { type: 'batch' }],
    [{ type: 'document' }],
  ),
  sample(
    'Bundle',
    'bdl-11',
    [{ type: 'document', entry: [{ resource: { resourceType: 'Composition' } }] }, { type: 'batch' }],
    [{ type: 'document' }, { type: 'document', entry: [{ resource: { resourceType: 'Patient' } }] }],
  ),
  sample(
    'Bundle',
    'bdl-12',
    [{ type: 'message', entry: [{ resource: { resourceType: 'MessageHeader' } }] }, { type: 'batch' }],
    [{ type: 'message', entry: [{ resource: { resourceType: 'Patient' } }] }],
  ),
]
