import { needs, notBoth, oneOrOther } from './presence.ts'
import {
  areDistinct,
  countOf,
  each,
  eachAt,
  has,
  hasAny,
  hasChoice,
  isOneOf,
  nested,
  textOf,
  texts,
} from './values.ts'
import type { Check, Checks } from './values.ts'
import type { Node } from '../scope.ts'

/** Values of one child over all objects of an element are distinct; objects without it don't count. */
const distinctIn =
  (element: string, child: string): Check =>
  node =>
    areDistinct(each(node, element).flatMap(item => texts(item, child)))

/** What the definition of a server may say: CapabilityStatement cpb-14 to 16 and TerminologyCapabilities tcp-3 to 5. */
const instanceIsSaid: Check = node => node['kind'] !== 'instance' || has(node, 'implementation')
const capabilityIsSoftware: Check = node =>
  node['kind'] !== 'capability' || (!has(node, 'implementation') && has(node, 'software'))
const requirementsAreNeither: Check = node =>
  node['kind'] !== 'requirements' || !hasAny(node, 'implementation', 'software')

const elements = (structure: Node, part: string): readonly Node[] => eachAt(structure, part, 'element')
const isRoot = (element: Node): boolean => !textOf(element, 'path')?.includes('.')
const bothParts = (structure: Node): readonly Node[] => [
  ...elements(structure, 'snapshot'),
  ...elements(structure, 'differential'),
]
const isHl7 = (structure: Node): boolean =>
  textOf(structure, 'url')?.startsWith('http://hl7.org/fhir/StructureDefinition') ?? false
const SYSTEM_TYPE = /^http:\/\/hl7\.org\/fhirpath\/System\.[A-Z][A-Za-z]+$/
const idsAreDistinct = (list: readonly Node[]): boolean =>
  list.every(element => has(element, 'id')) && areDistinct(list.flatMap(element => texts(element, 'id')))
const allBelow = (list: readonly Node[], root: string): boolean =>
  list.slice(1).every(element => textOf(element, 'path')?.startsWith(`${root}.`) ?? false)

const structureChecks: Checks = {
  StructureDefinition: {
    'sdf-1': structure =>
      structure['derivation'] === 'constraint' ||
      areDistinct(elements(structure, 'snapshot').flatMap(element => texts(element, 'path'))),
    'sdf-4': structure => structure['abstract'] === true || has(structure, 'baseDefinition'),
    'sdf-5': structure =>
      structure['type'] !== 'Extension' ||
      structure['derivation'] === 'specialization' ||
      has(structure, 'context'),
    'sdf-6': oneOrOther('snapshot', 'differential'),
    'sdf-9': structure =>
      bothParts(structure).every(
        element => !isRoot(element) || !hasAny(element, 'label', 'code', 'requirements'),
      ),
    'sdf-11': structure => {
      const first = elements(structure, 'snapshot')[0]
      return structure['kind'] === 'logical' || first === undefined || first['path'] === structure['type']
    },
    'sdf-14': structure => bothParts(structure).every(element => has(element, 'id')),
    'sdf-15': structure => {
      const first = elements(structure, 'snapshot')[0]
      return structure['kind'] === 'logical' || first === undefined || !has(first, 'type')
    },
    'sdf-15a': structure => {
      const first = elements(structure, 'differential')[0]
      return structure['kind'] === 'logical' || first === undefined || !isRoot(first) || !has(first, 'type')
    },
    'sdf-16': structure => idsAreDistinct(elements(structure, 'snapshot')),
    'sdf-17': structure => idsAreDistinct(elements(structure, 'differential')),
    'sdf-18': structure => !has(structure, 'contextInvariant') || structure['type'] === 'Extension',
    'sdf-19': structure =>
      !isHl7(structure) ||
      bothParts(structure).every(element =>
        each(element, 'type').every(type =>
          texts(type, 'code').every(code => /^[a-zA-Z0-9.]+$/.test(code) || SYSTEM_TYPE.test(code)),
        ),
      ),
    'sdf-21': structure =>
      structure['derivation'] === 'specialization' ||
      !elements(structure, 'differential').some(element => hasChoice(element, 'defaultValue')),
    'sdf-22': structure =>
      !isHl7(structure) || !bothParts(structure).some(element => hasChoice(element, 'defaultValue')),
    'sdf-23': structure =>
      bothParts(structure).every(element => !isRoot(element) || !has(element, 'sliceName')),
  },
  'StructureDefinition.mapping': { 'sdf-2': oneOrOther('name', 'uri') },
  'StructureDefinition.snapshot': {
    'sdf-3': snapshot =>
      each(snapshot, 'element').every(element =>
        ['definition', 'min', 'max'].every(name => has(element, name)),
      ),
    'sdf-8': (snapshot, { resource }) => {
      const [first] = each(snapshot, 'element')
      const root = (first && textOf(first, 'path')) ?? ''
      return (
        (resource['kind'] === 'logical' || root === resource['type']) &&
        allBelow(each(snapshot, 'element'), root)
      )
    },
    'sdf-8b': snapshot => each(snapshot, 'element').every(element => has(element, 'base')),
    'sdf-10': snapshot =>
      eachAt(snapshot, 'element', 'binding').every(binding => hasAny(binding, 'valueSet', 'description')),
  },
  'StructureDefinition.differential': {
    'sdf-20': differential =>
      each(differential, 'element').every(element => !isRoot(element) || !has(element, 'slicing')),
    'sdf-8a': (differential, { resource }) => {
      const list = each(differential, 'element')
      const path = textOf(list[0], 'path') ?? ''
      const isOfType = resource['kind'] === 'logical' || path.startsWith(textOf(resource, 'type') ?? '')
      return isOfType && allBelow(list, path.replace(/\..*/, ''))
    },
  },
}

const actions: Check = action => has(action, 'operation') !== has(action, 'assert')

const operationIsAimed: Check = operation =>
  has(operation, 'sourceId') ||
  countOf(operation, 'targetId', 'url', 'params') === 1 ||
  isOneOf(each(operation, 'type')[0], 'code', 'capabilities', 'search', 'transaction', 'history')

const ASSERTIONS = [
  ...['contentType', 'expression', 'headerField', 'minimumId', 'navigationLinks', 'path', 'requestMethod'],
  ...['resource', 'responseCode', 'response', 'validateProfileId'],
]
const assertsOneThing: Check = node => has(node, 'extension') || countOf(node, ...ASSERTIONS) <= 1
const comparesToSomething: Check = node =>
  has(node, 'compareToSourceId') === hasAny(node, 'compareToSourceExpression', 'compareToSourcePath')
const directionFits: Check = node =>
  node['direction'] !== 'request' || !hasAny(node, 'response', 'responseCode')

const testChecks: Checks = {
  'TestReport.setup.action': { 'inv-1': actions },
  'TestReport.test.action': { 'inv-2': actions },
  'TestScript.metadata': {
    'tst-4': metadata =>
      each(metadata, 'capability').some(capability => hasAny(capability, 'required', 'validated')),
  },
  'TestScript.variable': {
    'tst-3': variable => ['expression', 'headerField', 'path'].some(name => !has(variable, name)),
  },
  'TestScript.setup.action': { 'tst-1': actions },
  'TestScript.test.action': { 'tst-2': actions },
  'TestScript.setup.action.operation': { 'tst-7': operationIsAimed },
  'TestScript.test.action.operation': { 'tst-8': operationIsAimed },
  'TestScript.teardown.action.operation': { 'tst-9': operationIsAimed },
  'TestScript.setup.action.assert': {
    'tst-5': assertsOneThing,
    'tst-10': comparesToSomething,
    'tst-12': directionFits,
  },
  'TestScript.test.action.assert': {
    'tst-6': assertsOneThing,
    'tst-11': comparesToSomething,
    'tst-13': directionFits,
  },
}

/** Invariants of resources that define things: conformance, terminology, tests. */
export const definitionalChecks: Checks = {
  ...structureChecks,
  ...testChecks,
  CapabilityStatement: {
    'cpb-1': oneOrOther('rest', 'messaging', 'document'),
    'cpb-2': oneOrOther('description', 'software', 'implementation'),
    'cpb-3': statement =>
      statement['kind'] === 'instance' || each(statement, 'messaging').every(item => !has(item, 'endpoint')),
    'cpb-7': statement =>
      areDistinct(
        each(statement, 'document').map(item => `${textOf(item, 'profile')} ${textOf(item, 'mode')}`),
      ),
    'cpb-14': instanceIsSaid,
    'cpb-15': capabilityIsSoftware,
    'cpb-16': requirementsAreNeither,
  },
  'CapabilityStatement.rest': { 'cpb-9': distinctIn('resource', 'type') },
  'CapabilityStatement.rest.resource': { 'cpb-12': distinctIn('searchParam', 'name') },
  CodeSystem: {
    'csd-1': system => areDistinct(nested(system, 'concept').flatMap(concept => texts(concept, 'code'))),
  },
  'ConceptMap.group.element.target': {
    'cmd-1': target => has(target, 'comment') || !isOneOf(target, 'equivalence', 'narrower', 'inexact'),
  },
  'ConceptMap.group.unmapped': {
    'cmd-2': unmapped => unmapped['mode'] !== 'fixed' || has(unmapped, 'code'),
    'cmd-3': unmapped => unmapped['mode'] !== 'other-map' || has(unmapped, 'url'),
  },
  ImplementationGuide: {
    'ig-2': guide => {
      const versions = new Set(texts(guide, 'fhirVersion'))
      return eachAt(guide, 'definition', 'resource')
        .flatMap(resource => texts(resource, 'fhirVersion'))
        .every(version => versions.has(version))
    },
  },
  'ImplementationGuide.definition': {
    'ig-1': definition => {
      const groups = new Set(each(definition, 'grouping').flatMap(group => texts(group, 'id')))
      return each(definition, 'resource')
        .flatMap(resource => texts(resource, 'groupingId'))
        .every(id => groups.has(id))
    },
  },
  Measure: {
    'mea-1': measure =>
      eachAt(measure, 'group', 'stratifier').every(
        stratifier => hasAny(stratifier, 'code', 'description', 'criteria') !== has(stratifier, 'component'),
      ),
  },
  'MessageDefinition.focus': { 'md-1': ({ max }) => max === undefined || max === '*' || Number(max) > 0 },
  NamingSystem: {
    'nsd-1': system =>
      system['kind'] !== 'root' || each(system, 'uniqueId').every(id => id['type'] !== 'uuid'),
    'nsd-2': system =>
      areDistinct(
        each(system, 'uniqueId').flatMap(id => (id['preferred'] === true ? texts(id, 'type') : [])),
      ),
  },
  'OperationDefinition.parameter': {
    'opd-1': oneOrOther('type', 'part'),
    'opd-2': parameter => !has(parameter, 'searchType') || parameter['type'] === 'string',
    'opd-3': parameter =>
      !has(parameter, 'targetProfile') || isOneOf(parameter, 'type', 'Reference', 'canonical'),
  },
  SearchParameter: {
    'spd-1': needs('xpath', 'xpathUsage'),
    'spd-2': parameter => !has(parameter, 'chain') || parameter['type'] === 'reference',
  },
  'StructureMap.group.rule.target': {
    'smp-1': needs('element', 'context'),
    'smp-2': needs('context', 'contextType'),
  },
  TerminologyCapabilities: {
    'tcp-2': oneOrOther('description', 'software', 'implementation'),
    'tcp-3': instanceIsSaid,
    'tcp-4': capabilityIsSoftware,
    'tcp-5': requirementsAreNeither,
  },
  'TerminologyCapabilities.codeSystem': {
    'tcp-1': ({ version }) =>
      !Array.isArray(version) ||
      version.length <= 1 ||
      version.every(item => has((item ?? {}) as Node, 'code')),
  },
  'ValueSet.compose.include': {
    'vsd-1': oneOrOther('valueSet', 'system'),
    'vsd-2': include => !hasAny(include, 'concept', 'filter') || has(include, 'system'),
    'vsd-3': notBoth('concept', 'filter'),
  },
  'ValueSet.expansion.contains': {
    'vsd-6': oneOrOther('code', 'display'),
    'vsd-9': contains => has(contains, 'code') || contains['abstract'] === true,
    'vsd-10': needs('code', 'system'),
  },
}
