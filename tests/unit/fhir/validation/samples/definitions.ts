import { sample } from './sample.ts'
import type { Sample } from './sample.ts'

const saidByKind = (path: string, keys: readonly [string, string, string]): readonly Sample[] => [
  sample(
    path,
    keys[0],
    [{ kind: 'instance', implementation: {} }, { kind: 'capability' }],
    [{ kind: 'instance' }],
  ),
  sample(
    path,
    keys[1],
    [{ kind: 'capability', software: {} }, { kind: 'instance' }],
    [{ kind: 'capability' }, { kind: 'capability', software: {}, implementation: {} }],
  ),
  sample(
    path,
    keys[2],
    [{ kind: 'requirements' }, { kind: 'instance', software: {} }],
    [
      { kind: 'requirements', software: {} },
      { kind: 'requirements', implementation: {} },
    ],
  ),
]

export const definitionSamples: readonly Sample[] = [
  sample('CapabilityStatement', 'cpb-1', [{ rest: [{}] }, { messaging: [{}] }, { document: [{}] }], [{}]),
  sample(
    'CapabilityStatement',
    'cpb-2',
    [{ description: 'a' }, { software: {} }, { implementation: {} }],
    [{}],
  ),
  sample(
    'CapabilityStatement',
    'cpb-3',
    [
      { kind: 'instance', messaging: [{ endpoint: [{}] }] },
      { kind: 'capability', messaging: [{}] },
    ],
    [{ kind: 'capability', messaging: [{ endpoint: [{}] }] }],
  ),
  sample(
    'CapabilityStatement',
    'cpb-7',
    [
      {
        document: [
          { profile: 'a', mode: 'producer' },
          { profile: 'a', mode: 'consumer' },
        ],
      },
    ],
    [
      {
        document: [
          { profile: 'a', mode: 'consumer' },
          { profile: 'a', mode: 'consumer' },
        ],
      },
    ],
  ),
  ...saidByKind('CapabilityStatement', ['cpb-14', 'cpb-15', 'cpb-16']),
  sample(
    'CapabilityStatement.rest',
    'cpb-9',
    [{ resource: [{ type: 'a' }, { type: 'b' }] }],
    [{ resource: [{ type: 'a' }, { type: 'a' }] }],
  ),
  sample(
    'CapabilityStatement.rest.resource',
    'cpb-12',
    [{ searchParam: [{ name: 'a' }, { name: 'b' }] }],
    [{ searchParam: [{ name: 'a' }, { name: 'a' }] }],
  ),
  sample(
    'CodeSystem',
    'csd-1',
    [{ concept: [{ code: 'a', concept: [{ code: 'b' }] }] }],
    [{ concept: [{ code: 'a', concept: [{ code: 'a' }] }] }],
  ),
  sample(
    'ConceptMap.group.element.target',
    'cmd-1',
    [{ equivalence: 'narrower', comment: 'a' }, { equivalence: 'equal' }],
    [{ equivalence: 'narrower' }, { equivalence: 'inexact' }],
  ),
  sample(
    'ConceptMap.group.unmapped',
    'cmd-2',
    [{ mode: 'fixed', code: 'a' }, { mode: 'provided' }],
    [{ mode: 'fixed' }],
  ),
  sample(
    'ConceptMap.group.unmapped',
    'cmd-3',
    [{ mode: 'other-map', url: 'a' }, { mode: 'provided' }],
    [{ mode: 'other-map' }],
  ),
  sample(
    'ImplementationGuide',
    'ig-2',
    [{ fhirVersion: ['4.0.1'], definition: { resource: [{ fhirVersion: ['4.0.1'] }] } }],
    [{ fhirVersion: ['4.0.1'], definition: { resource: [{ fhirVersion: ['3.0.1'] }] } }],
  ),
  sample(
    'ImplementationGuide.definition',
    'ig-1',
    [{ grouping: [{ id: 'a' }], resource: [{ groupingId: 'a' }, {}] }],
    [{ grouping: [{ id: 'a' }], resource: [{ groupingId: 'b' }] }],
  ),
  sample(
    'Measure',
    'mea-1',
    [{ group: [{ stratifier: [{ code: {} }, { component: [{}] }] }] }],
    [{ group: [{ stratifier: [{ criteria: {}, component: [{}] }] }] }, { group: [{ stratifier: [{}] }] }],
  ),
  sample('MessageDefinition.focus', 'md-1', [{ max: '*' }, { max: '1' }, {}], [{ max: '0' }]),
  sample(
    'NamingSystem',
    'nsd-1',
    [
      { kind: 'root', uniqueId: [{ type: 'oid' }] },
      { kind: 'codesystem', uniqueId: [{ type: 'uuid' }] },
    ],
    [{ kind: 'root', uniqueId: [{ type: 'uuid' }] }],
  ),
  sample(
    'NamingSystem',
    'nsd-2',
    [{ uniqueId: [{ type: 'oid', preferred: true }, { type: 'oid' }] }],
    [
      {
        uniqueId: [
          { type: 'oid', preferred: true },
          { type: 'oid', preferred: true },
        ],
      },
    ],
  ),
  sample('OperationDefinition.parameter', 'opd-1', [{ type: 'a' }, { part: [{}] }], [{ name: 'a' }]),
  sample(
    'OperationDefinition.parameter',
    'opd-2',
    [{ searchType: 'a', type: 'string' }, { type: 'code' }],
    [{ searchType: 'a', type: 'code' }],
  ),
  sample(
    'OperationDefinition.parameter',
    'opd-3',
    [{ targetProfile: ['a'], type: 'Reference' }, { type: 'code' }],
    [{ targetProfile: ['a'], type: 'code' }],
  ),
  sample('SearchParameter', 'spd-1', [{ xpath: 'a', xpathUsage: 'normal' }, {}], [{ xpath: 'a' }]),
  sample(
    'SearchParameter',
    'spd-2',
    [{ chain: ['a'], type: 'reference' }, { type: 'token' }],
    [{ chain: ['a'], type: 'token' }],
  ),
  sample('StructureMap.group.rule.target', 'smp-1', [{ element: 'a', context: 'b' }, {}], [{ element: 'a' }]),
  sample(
    'StructureMap.group.rule.target',
    'smp-2',
    [{ context: 'a', contextType: 'type' }, {}],
    [{ context: 'a' }],
  ),
  sample('TerminologyCapabilities', 'tcp-2', [{ description: 'a' }, { software: {} }], [{}]),
  ...saidByKind('TerminologyCapabilities', ['tcp-3', 'tcp-4', 'tcp-5']),
  sample(
    'TerminologyCapabilities.codeSystem',
    'tcp-1',
    [{ version: [{}] }, { version: [{ code: 'a' }, { code: 'b' }] }, {}],
    [{ version: [{ code: 'a' }, {}] }],
  ),
  sample('ValueSet.compose.include', 'vsd-1', [{ valueSet: ['a'] }, { system: 'a' }], [{ version: 'a' }]),
  sample(
    'ValueSet.compose.include',
    'vsd-2',
    [{ concept: [{}], system: 'a' }, { valueSet: ['a'] }],
    [{ concept: [{}] }, { filter: [{}] }],
  ),
  sample(
    'ValueSet.compose.include',
    'vsd-3',
    [{ concept: [{}] }, { filter: [{}] }],
    [{ concept: [{}], filter: [{}] }],
  ),
  sample('ValueSet.expansion.contains', 'vsd-6', [{ code: 'a' }, { display: 'a' }], [{ system: 'a' }]),
  sample('ValueSet.expansion.contains', 'vsd-9', [{ code: 'a' }, { abstract: true }], [{ display: 'a' }]),
  sample('ValueSet.expansion.contains', 'vsd-10', [{ code: 'a', system: 'b' }, {}], [{ code: 'a' }]),
]
