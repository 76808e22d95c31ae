import {
  answered,
  entriesOf,
  linkOf,
  make,
  matchesOf,
  patient,
  refused,
  same,
  says,
  searched,
  SEARCHED,
  TAG,
  that,
  type Check,
  type Client,
  type Reply,
  type Sentence,
} from './check.ts'
import { prepared, type World } from './search-world.ts'
import { rows, type Row } from './search-rows.ts'

const TAGGED = `_tag=${SEARCHED.system}|${SEARCHED.code}`
const worlds = new WeakMap<Client, Promise<World>>()

/** Made when the first search is asked. */
function worldOf(client: Client): Promise<World> {
  const known = worlds.get(client) ?? prepared(client)
  worlds.set(client, known)
  return known
}

const filled = (text: string, { of }: World, base: string): string =>
  text.replaceAll('{BASE}', base).replaceAll(/\{([\w-]+)\}/g, (_, name: string) => of[name]?.id ?? name)

const url = (text: string): string =>
  text.replaceAll(' ', '%20').replaceAll('|', '%7C').replaceAll('"', '%22')

const S = (anchor: string, text: string): Sentence => says(`search.html#${anchor}`, text)

const names = (bundle: Reply['json'], world: World): readonly string[] =>
  matchesOf(bundle).map(({ id }) => world.nameOf(id))

const asCheck = ([id, type, query, finds, sentence]: Row): Check => ({
  id: `search-${id}`,
  title: `${type}?${query.replaceAll(SEARCHED.code, '...')} finds ${finds.join(', ') || 'nothing'}`,
  sentence,
  run: async client => {
    const world = await worldOf(client)
    const question = [query, TAGGED, '_count=100'].filter(part => part !== '').join('&')
    const bundle = await searched(client, url(filled(`/${type}?${question}`, world, client.base)))
    same('found', names(bundle, world).toSorted(), [...finds])
  },
})

const asked = async (client: Client, query: string): Promise<{ bundle: Reply['json']; world: World }> => {
  const world = await worldOf(client)
  return { world, bundle: await searched(client, url(filled(`/${query}&${TAGGED}`, world, client.base))) }
}

/** Modes and names of what else came than matches. */
const others = (bundle: Reply['json'], world: World): readonly string[] =>
  entriesOf(bundle)
    .filter(({ search }) => search?.mode === 'include')
    .map(({ resource }) => world.nameOf(resource.id))
    .toSorted()

const includes = (id: string, query: string, wanted: readonly string[], sentence: Sentence): Check => ({
  id: `search-${id}`,
  title: `${query} brings ${wanted.join(', ') || 'nothing'} along`,
  sentence,
  run: async client => {
    const { bundle, world } = await asked(client, query)
    same('included', others(bundle, world), wanted)
  },
})

const sorts = (id: string, query: string, wanted: readonly string[]): Check => ({
  id: `search-${id}`,
  title: `${query} gives ${wanted.join(', ')}`,
  sentence: S('sort', '_sort: a comma-separated list of sort rules in priority order ... - for descending'),
  run: async client => {
    const { bundle, world } = await asked(client, query)
    same('order', names(bundle, world), wanted)
  },
})

const INCLUDE = S(
  'include',
  'For each returned resource, the server identifies the resources that meet the criteria expressed in the join, and adds to the results, with the entry.search.mode set to "include"',
)
const REVINCLUDE = S(
  'revinclude',
  'fetch a particular resource, and any resources that refer to it ... This is known as a reverse include, and is specified by providing a _revinclude parameter.',
)
const ITERATE = S(
  'include',
  'The inclusion process can be iterative, if (and only if) the modifier :iterate is included.',
)
const SUMMARY = S('summary', '_summary: true, text, data, count, false')

const summary = (kind: string, holds: (resource: Reply['json']) => boolean): Check => ({
  id: `search-summary-${kind}`,
  title: `_summary=${kind} of a search`,
  sentence: SUMMARY,
  run: async client => {
    const { bundle } = await asked(client, `Patient?_id={ana}&_summary=${kind}`)
    that(holds(matchesOf(bundle)[0]), JSON.stringify(matchesOf(bundle)[0] ?? null).slice(0, 200))
  },
})

/** search.html: what is found, what comes along, order, parts, totals and pages. */
export const searchChecks: readonly Check[] = [
  ...rows.map(asCheck),
  includes('include', 'Observation?code=85354-9&_include=Observation:subject', ['ana'], INCLUDE),
  includes('include-target-type', 'Observation?code=85354-9&_include=Observation:subject:Group', [], INCLUDE),
  includes(
    'include-two',
    'Observation?code=85354-9&_include=Observation:subject&_include=Observation:performer',
    ['ana', 'house'],
    INCLUDE,
  ),
  includes('include-all', 'Observation?code=85354-9&_include=*', ['ana', 'house'], INCLUDE),
  includes(
    'include-iterate',
    'Observation?code=85354-9&_include=Observation:subject&_include:iterate=Patient:organization',
    ['ana', 'hospital'],
    ITERATE,
  ),
  {
    id: 'search-include-no-iterate',
    title: 'without :iterate nothing comes along from what came along',
    sentence: ITERATE,
    run: async client => {
      const world = await worldOf(client)
      const query = `Observation?code=85354-9&_include=Observation:subject&_include=Patient:organization&${TAGGED}`
      const reply = await client.call('GET', url(`/${query}`))
      answered(reply, 200, 400)
      that(!others(reply.json, world).includes('hospital'), 'the organization came along')
    },
  },
  includes('revinclude', 'Patient?_id={bob}&_revinclude=Observation:subject', ['weight-g'], REVINCLUDE),
  includes(
    'revinclude-two',
    'Patient?_id={bob}&_revinclude=Observation:subject&_revinclude=Encounter:subject',
    ['open-stay', 'weight-g'],
    REVINCLUDE,
  ),
  {
    id: 'search-include-once',
    title: 'what several matches refer to comes once',
    sentence: S('include', 'a resource is included only once'),
    run: async client => {
      const { bundle, world } = await asked(
        client,
        'Observation?subject=Patient/{ana}&_include=Observation:subject',
      )
      same('included', others(bundle, world), ['ana'])
    },
  },
  sorts('sort-date', 'Patient?_sort=birthdate', ['bob', 'ana', 'zoe']),
  sorts('sort-descending', 'Observation?status=final&_sort=-date', ['pressure', 'weight-kg']),
  sorts('sort-string', 'Patient?_sort=-given&gender:missing=false', ['ana', 'bob']),
  sorts('sort-id-last-updated', 'Patient?_sort=_lastUpdated', ['ana', 'bob', 'zoe']),
  {
    id: 'search-sort-unknown',
    title: '_sort by what is no parameter is refused',
    sentence: S('sort', 'the sort parameter ... names of search parameters'),
    run: async ({ call }) => refused(await call('GET', '/Patient?_sort=unicorn'), 400),
  },
  summary('true', resource => resource?.name !== undefined && resource?.generalPractitioner === undefined),
  summary('data', resource => resource?.text === undefined && resource?.generalPractitioner !== undefined),
  summary('text', resource => resource?.id !== undefined && resource?.name === undefined),
  summary('false', resource => resource?.generalPractitioner !== undefined),
  {
    id: 'search-summary-count',
    title: '_summary=count gives the total and no entries',
    sentence: S(
      'summary',
      'count: Search only: just return a count of the matching resources, without returning the actual matches',
    ),
    run: async client => {
      const { bundle } = await asked(client, 'Patient?_summary=count')
      same('total', bundle.total, 3)
      same('entries', entriesOf(bundle).length, 0)
    },
  },
  {
    id: 'search-count-0',
    title: '_count=0 is _summary=count',
    sentence: S('count', 'if _count has the value 0, this shall be treated the same as _summary=count'),
    run: async client => {
      const { bundle } = await asked(client, 'Patient?_count=0')
      same('total', bundle.total, 3)
      same('entries', entriesOf(bundle).length, 0)
    },
  },
  {
    id: 'search-elements',
    title: '_elements gives only these, tagged SUBSETTED',
    sentence: S(
      'elements',
      'a comma-separated list of base element names ... servers SHOULD return mandatory elements too and SHALL mark with the tag SUBSETTED',
    ),
    run: async client => {
      const { bundle } = await asked(client, 'Patient?_id={ana}&_elements=birthDate')
      const [one] = matchesOf(bundle)
      same('birthDate', one?.['birthDate'], '1980-02-29')
      same('name', one?.['name'], undefined)
      that(JSON.stringify(one?.['meta']?.tag).includes('SUBSETTED'), 'no tag SUBSETTED')
    },
  },
  {
    id: 'search-total-accurate',
    title: '_total=accurate gives the number of all matches',
    sentence: S(
      'total',
      '_total=accurate: The client requests that the server provide an exact total of the number of matching resources',
    ),
    run: async client =>
      same('total', (await asked(client, 'Patient?_total=accurate&_count=1')).bundle.total, 3),
  },
  {
    id: 'search-total-matches-only',
    title: 'what comes along does not count',
    sentence: says(
      'bundle-definitions.html#Bundle.total',
      'the total number of entries of type match across all pages ... does not include included resources or OperationOutcomes',
    ),
    run: async client =>
      same(
        'total',
        (await asked(client, 'Observation?code=85354-9&_include=Observation:subject&_total=accurate')).bundle
          .total,
        1,
      ),
  },
  {
    id: 'search-self-link',
    title: 'a searchset has a link self',
    sentence: S(
      'conformance',
      'the server SHALL return the parameters that were actually used to process the search in the self link',
    ),
    run: async client =>
      that(linkOf((await asked(client, 'Patient?gender=male')).bundle, 'self') !== undefined, 'no link self'),
  },
  {
    id: 'search-full-url',
    title: 'every entry has a fullUrl and a search mode',
    sentence: says(
      'bundle.html#bundle-unique',
      'fullUrl is the location of the resource: [base]/[type]/[id]; search.mode match|include|outcome',
    ),
    run: async client => {
      const { bundle } = await asked(client, 'Patient?')
      that(
        entriesOf(bundle).every(
          ({ fullUrl, resource, search }) =>
            fullUrl?.endsWith(`/Patient/${resource.id}`) && search?.mode === 'match',
        ),
        'an entry lacks one',
      )
    },
  },
  {
    id: 'search-pages',
    title: 'links next lead through every match once',
    sentence: S('count', 'servers ... paging: links next, previous, first, last as in RFC 5005'),
    run: async client => {
      const { bundle, world } = await asked(client, 'Patient?_count=1&_sort=birthdate')
      const found = [...names(bundle, world)]
      for (let at: string | undefined = linkOf(bundle, 'next'); at !== undefined && found.length < 10;) {
        const reply = await client.call('GET', at)
        answered(reply, 200)
        found.push(...names(reply.json, world))
        at = linkOf(reply.json, 'next')
      }
      same('found', found.toSorted(), ['ana', 'bob', 'zoe'])
    },
  },
  {
    id: 'search-pages-under-writes',
    title: 'a resource that was there throughout is found once while others are written',
    sentence: S(
      'count',
      'the paging ... the server SHOULD keep results stable: resources are neither skipped nor doubled',
    ),
    run: async client => {
      const tag = { system: TAG.system, code: `${TAG.code}w` }
      const family = (name: string) => patient({ meta: { tag: [tag] }, name: [{ family: name }] })
      for (const name of ['B', 'D', 'F', 'H']) await make(client, family(name))
      let reply = await client.call(
        'GET',
        url(`/Patient?_tag=${tag.system}|${tag.code}&_sort=family&_count=2`),
      )
      await make(client, family('A'))
      const found: string[] = []
      for (;;) {
        found.push(
          ...matchesOf(reply.json).map(({ name }) => String((name as { family: string }[])[0]?.family)),
        )
        const next = linkOf(reply.json, 'next')
        if (next === undefined) break
        reply = await client.call('GET', next)
      }
      same(
        'found',
        found.filter(name => name !== 'A'),
        ['B', 'D', 'F', 'H'],
      )
    },
  },
  {
    id: 'search-post',
    title: 'POST _search answers as GET does',
    sentence: says(
      'http.html#search',
      'servers that support search SHALL also support a POST based search: POST [base]/[type]/_search',
    ),
    run: async client => {
      const world = await worldOf(client)
      const reply = await client.call('POST', '/Patient/_search', {
        body: new URLSearchParams({ _tag: `${SEARCHED.system}|${SEARCHED.code}`, gender: 'male' }).toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      })
      answered(reply, 200)
      same('found', names(reply.json, world), ['bob'])
    },
  },
  {
    id: 'search-system-type',
    title: 'a search of the system by _type finds resources of these types',
    sentence: says('http.html#search', 'GET [base]?[parameters]{&_format=[mime-type]} ... _type'),
    run: async client => {
      const { bundle, world } = await asked(client, '?_type=Patient,Organization&_count=20')
      same('found', names(bundle, world).toSorted(), ['ana', 'bob', 'hospital', 'ward', 'zoe'])
    },
  },
  {
    id: 'search-bad-date',
    title: 'a date that is none is refused',
    sentence: S(
      'errors',
      'Where the content of the parameter is syntactically incorrect, servers SHOULD return an error',
    ),
    run: async ({ call }) => refused(await call('GET', '/Patient?birthdate=yesterday'), 400),
  },
  {
    id: 'search-bad-modifier',
    title: 'a modifier that is none is refused',
    sentence: S(
      'modifiers',
      'Servers SHALL reject any search request that contains a suffix for a search parameter that the server does not support for that parameter.',
    ),
    run: async ({ call }) => refused(await call('GET', '/Patient?family:unicorn=x'), 400),
  },
  {
    id: 'search-bad-modifier-for-type',
    title: ':exact of a date is refused',
    sentence: S(
      'modifiers',
      'Servers SHALL reject any search request that contains a suffix for a search parameter that the server does not support for that parameter.',
    ),
    run: async ({ call }) => refused(await call('GET', '/Patient?birthdate:exact=1980'), 400),
  },
  {
    id: 'search-empty',
    title: 'a search that finds nothing is a searchset without entries',
    sentence: S('errors', 'a search that does not find anything is no error: 200 with an empty bundle'),
    run: async client =>
      same('entries', entriesOf((await asked(client, 'Patient?_id=nobody-at-all')).bundle).length, 0),
  },
]
