import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { projectRoot } from '../../scripts/services/service.ts'
import { checks } from '../conformance-http/run.ts'
import { openFhirServer, type FhirServer } from '../support/fhir-server.ts'

/**
 * What the CapabilityStatement says, the routes that serve it and the tests that show it: each entry has all three, and
 * nothing of the three stands alone. A test is a check of the conformance tier by its id, or the title of a test.
 */
interface Side {
  /** `METHOD path` below the base; none where the entry is a way of serving another's routes. */
  readonly routes: readonly string[]
  readonly tests: readonly string[]
}

const instance = '/:type/:id'
const both = (path: string): readonly string[] => [`GET ${path}`, `POST ${path}`]

const triangle: Readonly<Record<string, Side>> = {
  'interaction read': { routes: [`GET ${instance}`], tests: ['read-200', 'read-unknown-404', 'head-read'] },
  'interaction vread': {
    routes: [`GET ${instance}/_history/:vid`],
    tests: ['vread', 'vread-deleted-version'],
  },
  'interaction history-instance': { routes: [`GET ${instance}/_history`], tests: ['history-instance'] },
  'interaction history-type': { routes: ['GET /:type/_history'], tests: ['history-type'] },
  'interaction create': { routes: ['POST /:type'], tests: ['create-201-location'] },
  'interaction update': { routes: [`PUT ${instance}`], tests: ['update-200', 'if-match-stale'] },
  'interaction patch': { routes: [`PATCH ${instance}`], tests: ['json-patch-replace', 'fhirpath-patch-add'] },
  'interaction delete': { routes: [`DELETE ${instance}`], tests: ['delete-then-gone'] },
  'interaction search-type': {
    routes: ['GET /:type', 'POST /:type/_search'],
    tests: ['search-token-code', 'search-post'],
  },
  'system transaction': { routes: ['POST /'], tests: ['transaction-response', 'transaction-rolls-back'] },
  'system batch': { routes: ['POST /'], tests: ['batch-independent'] },
  'system history-system': { routes: ['GET /_history'], tests: ['history-system'] },
  'system search-system': { routes: ['GET /', 'POST /_search'], tests: ['search-system-type'] },
  'versioning versioned-update': { routes: [], tests: ['if-match-stale', 'if-match-current'] },
  'readHistory true': { routes: [], tests: ['vread'] },
  'updateCreate true': { routes: [], tests: ['update-as-create'] },
  'conditionalCreate true': {
    routes: [],
    tests: ['conditional-create-one-match', 'conditional-create-many'],
  },
  'conditionalRead full-support': {
    routes: [],
    tests: ['conditional-read-none-match', 'conditional-read-modified-since'],
  },
  'conditionalUpdate true': { routes: ['PUT /:type', 'PATCH /:type'], tests: ['conditional-update-one'] },
  'conditionalDelete single': { routes: ['DELETE /:type'], tests: ['conditional-delete-many'] },
  'referencePolicy literal': { routes: [], tests: ['search-reference-type-id'] },
  'referencePolicy logical': { routes: [], tests: ['search-reference-identifier'] },
  compartment: {
    routes: [`GET ${instance}/:other`, `POST ${instance}/:other/_search`, `POST ${instance}/_search`],
    tests: [
      ...['search-compartment', 'search-compartment-encounter'],
      'a compartment is searched by a form too, of one type or of all, and no link shows what was asked',
    ],
  },
  'operation validate': {
    routes: [...both('/:type/$validate'), ...both(`${instance}/$validate`)],
    tests: ['validate-good', 'validate-bad'],
  },
  'operation everything': {
    routes: [
      ...both('/Patient/$everything'),
      ...both('/Patient/:id/$everything'),
      ...both('/EpisodeOfCare/:id/$everything'),
    ],
    tests: ['everything', 'of an EpisodeOfCare is what belongs to it, with its patient'],
  },
  'operation meta': {
    routes: [...both('/:type/$meta'), ...both(`${instance}/$meta`)],
    tests: ['meta-add', 'of a type and of the system is what is in use there, each label once'],
  },
  'system operation meta': {
    routes: both('/$meta'),
    tests: ['of a type and of the system is what is in use there, each label once'],
  },
  'operation meta-add': { routes: [`POST ${instance}/$meta-add`], tests: ['meta-add'] },
  'operation meta-delete': { routes: [`POST ${instance}/$meta-delete`], tests: ['meta-add'] },
  'operation expand': {
    routes: [...both('/ValueSet/$expand'), ...both('/ValueSet/:id/$expand')],
    tests: ['expand'],
  },
  'operation validate-code': {
    routes: ['ValueSet', 'CodeSystem'].flatMap(type => [
      ...both(`/${type}/$validate-code`),
      ...both(`/${type}/:id/$validate-code`),
    ]),
    tests: ['validate-code', '$validate-code and $subsumes'],
  },
  'operation lookup': {
    routes: both('/CodeSystem/$lookup'),
    tests: ['$lookup tells display, definition and place in the hierarchy'],
  },
  'operation subsumes': {
    routes: [...both('/CodeSystem/$subsumes'), ...both('/CodeSystem/:id/$subsumes')],
    tests: ['$validate-code and $subsumes'],
  },
  'operation translate': {
    routes: [...both('/ConceptMap/$translate'), ...both('/ConceptMap/:id/$translate')],
    tests: ['ConceptMap/$translate by what comes with R4 and by what is stored'],
  },
  'operation explain': {
    routes: both(`${instance}/$explain`),
    tests: ['names message, segment and field of an element'],
  },
  'operation merge': {
    routes: ['POST /Patient/$merge'],
    tests: ['turns the record as A40 does, says by whom, and is undone exactly'],
  },
  'operation unmerge': {
    routes: ['POST /Patient/$unmerge'],
    tests: ['is taken back by A37, and A40 by $unmerge'],
  },
  'operation lastn': { routes: both('/Observation/$lastn'), tests: ['lastn'] },
  'parameter token': { routes: [], tests: ['search-token-system-code', 'search-token-not'] },
  'parameter string': { routes: [], tests: ['search-string-begins', 'search-string-exact'] },
  'parameter date': { routes: [], tests: ['search-date-day', 'search-date-sa'] },
  'parameter number': { routes: [], tests: ['search-number-implicit-range'] },
  'parameter quantity': { routes: [], tests: ['search-quantity-canonical'] },
  'parameter reference': { routes: [], tests: ['search-reference-id', 'search-chain'] },
  'parameter composite': { routes: [], tests: ['search-composite-same-element'] },
  'parameter uri': { routes: [], tests: ['search-uri', 'search-uri-below'] },
  'parameter special': { routes: [], tests: ['search-filter-eq', 'search-list'] },
  'result _text': { routes: [], tests: ['search-text'] },
  'result _content': { routes: [], tests: ['search-content'] },
  'result _filter': { routes: [], tests: ['search-filter-eq', 'search-filter-or', 'search-filter-not'] },
  'result _list': { routes: [], tests: ['search-list'] },
  'result _has': { routes: [], tests: ['search-has', 'search-has-or'] },
  'result _count': { routes: [], tests: ['search-count-0', 'search-pages'] },
  'result _sort': { routes: [], tests: ['search-sort-date', 'search-sort-descending'] },
  'result _include': { routes: [], tests: ['search-include', 'search-include-iterate'] },
  'result _revinclude': { routes: [], tests: ['search-revinclude'] },
  'result _summary': { routes: [], tests: ['search-summary-true', 'search-summary-count'] },
  'result _elements': { routes: [], tests: ['search-elements'] },
  'result _total': { routes: [], tests: ['search-total-accurate'] },
  'result _type': { routes: [], tests: ['search-system-type'] },
  'format application/fhir+json': { routes: [], tests: ['content-type'] },
  'format json': { routes: [], tests: ['format-json'] },
  'patchFormat application/json-patch+json': { routes: [], tests: ['json-patch-replace'] },
  'patchFormat application/fhir+json': { routes: [], tests: ['fhirpath-patch-replace'] },
}

/** Routes that the statement has no word for, each with the test that shows it. */
const beside: Readonly<Record<string, string>> = {
  'GET /metadata': 'metadata',
  'OPTIONS /': 'options',
  'OPTIONS /*': 'options',
  'GET /$:operation': 'operation-unknown',
  'POST /$:operation': 'operation-unknown',
  'GET /:type/$:operation': 'operation-unknown',
  'POST /:type/$:operation': 'operation-unknown',
  'GET /:type/:id/$:operation': 'operation-unknown',
  'POST /:type/:id/$:operation': 'operation-unknown',
}

interface Named {
  readonly code?: string
  readonly name?: string
  readonly type?: string
}
type ResourceEntry = Readonly<Record<string, unknown>> & {
  readonly interaction: readonly Named[]
  readonly operation?: readonly Named[]
  readonly searchParam: readonly Named[]
  readonly referencePolicy: readonly string[]
}
interface Statement {
  readonly format: readonly string[]
  readonly patchFormat: readonly string[]
  readonly rest: readonly [
    {
      readonly interaction: readonly Named[]
      readonly searchParam: readonly Named[]
      readonly compartment?: readonly string[]
      readonly operation?: readonly Named[]
      readonly resource: readonly ResourceEntry[]
    },
  ]
}

const flags = [
  ...['versioning', 'readHistory', 'updateCreate', 'conditionalCreate', 'conditionalRead'],
  ...['conditionalUpdate', 'conditionalDelete'],
]

const entriesOf = ({ format, patchFormat, rest: [rest] }: Statement): ReadonlySet<string> =>
  new Set([
    ...format.map(each => `format ${each}`),
    ...patchFormat.map(each => `patchFormat ${each}`),
    ...rest.interaction.map(({ code }) => `system ${code}`),
    ...rest.searchParam.map(({ name }) => `result ${name}`),
    ...(rest.operation ?? []).map(({ name }) => `system operation ${name}`),
    ...(rest.compartment ? ['compartment'] : []),
    ...rest.resource.flatMap(resource => [
      ...resource.interaction.map(({ code }) => `interaction ${code}`),
      ...(resource.operation ?? []).map(({ name }) => `operation ${name}`),
      ...resource.searchParam.map(({ type }) => `parameter ${type}`),
      ...resource.referencePolicy.map(each => `referencePolicy ${each}`),
      ...flags.map(flag => `${flag} ${String(resource[flag])}`),
    ]),
  ])

const routes = new Set<string>()
const listen = (message: unknown): void => {
  const { fastify } = message as { readonly fastify: FastifyInstance }
  fastify.addHook('onRoute', ({ method, url }) => {
    const path = url.replace(/^\/fhir(?=\/|$)/, '') || '/'
    const isFhir = url === '/fhir' || url.startsWith('/fhir/')
    for (const each of [method].flat()) if (isFhir && each !== 'HEAD') routes.add(`${each} ${path}`)
  })
}

let server: FhirServer
let entries: ReadonlySet<string>
beforeAll(async () => {
  subscribe('fastify.initialization', listen)
  server = await openFhirServer()
  const { json } = await server.call({ path: '/metadata' })
  entries = entriesOf(json as Statement)
})
afterAll(async () => {
  unsubscribe('fastify.initialization', listen)
  await server.close()
})

const sorted = (texts: Iterable<string>): readonly string[] => [...new Set(texts)].toSorted()

test('every entry of the CapabilityStatement stands in the triangle, and nothing else does', () => {
  expect(sorted(Object.keys(triangle))).toEqual(sorted(entries))
})

test('every route serves an entry of the statement, and every entry has its routes', () => {
  const named = [...Object.values(triangle).flatMap(side => side.routes), ...Object.keys(beside)]
  expect(sorted(named)).toEqual(sorted(routes))
})

test('every entry and every other route has a test, by a name that there is', () => {
  const titles = globSync('tests/{contract,unit,conformance,property}/**/*.ts', { cwd: projectRoot })
    .filter(file => !file.endsWith('capability-triangle.test.ts'))
    .map(file => readFileSync(join(projectRoot, file), 'utf8'))
    .join('\n')
  const known = new Set(checks.map(({ id }) => id))
  const isTest = (name: string): boolean => known.has(name) || titles.includes(`'${name}'`)
  const sides = Object.entries(triangle)
  expect(sides.filter(([, { tests }]) => tests.length === 0).map(([entry]) => entry)).toEqual([])
  const named = [...sides.flatMap(([, { tests }]) => tests), ...Object.values(beside)]
  expect(named.filter(name => !isTest(name))).toEqual([])
})
