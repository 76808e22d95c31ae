import {
  answered,
  entriesOf,
  make,
  matchesOf,
  refTo,
  says,
  searched,
  TAG,
  that,
  type Check,
  type Client,
  type Sentence,
  type Stored,
} from './check.ts'
import { asked, AT, type Asked } from './us-core-searches.ts'

interface Scene {
  readonly patient: Stored
  readonly practitioner: Stored
  readonly of: Map<string, Promise<Stored>>
}
const scenes = new WeakMap<Client, Promise<Scene>>()

async function prepared(client: Client): Promise<Scene> {
  const meta = { tag: [TAG] }
  const patient = await make(client, { resourceType: 'Patient', meta, name: [{ family: 'Core' }] })
  const practitioner = await make(client, { resourceType: 'Practitioner', meta, name: [{ family: 'Core' }] })
  return { patient, practitioner, of: new Map() }
}

async function sampleOf(
  client: Client,
  { type, sample }: Asked,
): Promise<{ readonly scene: Scene; readonly stored: Stored }> {
  const known = scenes.get(client) ?? prepared(client)
  scenes.set(client, known)
  const scene = await known
  const stored =
    scene.of.get(type) ?? make(client, { resourceType: type, meta: { tag: [TAG] }, ...sample(scene) })
  scene.of.set(type, stored)
  return { scene, stored: await stored }
}

const filled = (query: string, { patient, practitioner }: Scene, id: string): string =>
  query
    .replaceAll('{patient}', patient.id)
    .replaceAll('{practitioner}', practitioner.id)
    .replaceAll('{id}', id)
    .replaceAll(' ', '%20')
    .replaceAll('|', '%7C')

const PAGE = 'https://hl7.org/fhir/us/core/STU8/CapabilityStatement-us-core-server.html'
const shall = (type: string): Sentence => ({
  url: `${PAGE}#${type.toLowerCase()}`,
  text: 'SHALL support the search parameters and combinations that are marked SHALL',
})
const REV: Sentence = {
  url: PAGE,
  text: 'A server SHALL be capable of supporting the following _revincludes: Provenance:target',
}

const nameOf = (query: string): string =>
  query
    .split('&')
    .map(part => part.split('=')[0]?.replace(/^_/, '') ?? '')
    .join('-')
    .replaceAll(':', '-')
    .toLowerCase()

const finds = (one: Asked, query: string, index: number): Check => ({
  id: `us-core-${one.type.toLowerCase()}-${nameOf(query)}-${index + 1}`,
  title: `${one.type} by ${query.replaceAll(TAG.code, '...')}`,
  sentence: shall(one.type),
  run: async client => {
    const { scene, stored } = await sampleOf(client, one)
    const bundle = await searched(
      client,
      `/${one.type}?${filled(query, scene, stored.id)}&_tag=${TAG.system}%7C${TAG.code}`,
    )
    that(
      matchesOf(bundle).some(({ id }) => id === stored.id),
      'not found',
    )
  },
})

const withProvenance = (one: Asked): Check => ({
  id: `us-core-${one.type.toLowerCase()}-revinclude-provenance`,
  title: `${one.type} with _revinclude=Provenance:target`,
  sentence: REV,
  run: async client => {
    const { stored, scene } = await sampleOf(client, one)
    const provenance = await make(client, {
      resourceType: 'Provenance',
      ...{
        meta: { tag: [TAG] },
        target: [refTo(stored)],
        recorded: AT,
        agent: [{ who: refTo(scene.practitioner) }],
      },
    })
    const bundle = await searched(client, `/${one.type}?_id=${stored.id}&_revinclude=Provenance:target`)
    that(
      entriesOf(bundle).some(({ resource }) => resource.id === provenance.id),
      'the Provenance did not come along',
    )
  },
})

const posted = (one: Asked): Check => ({
  id: `us-core-${one.type.toLowerCase()}-post`,
  title: `${one.type} by POST _search`,
  sentence: says('http.html#search', 'servers that support search SHALL also support a POST based search'),
  run: async client => {
    const { scene, stored } = await sampleOf(client, one)
    const query = filled(one.searches.at(-1) ?? '', scene, stored.id).replace(
      scene.patient.id,
      `Patient/${scene.patient.id}`,
    )
    const reply = await client.call('POST', `/${one.type}/_search`, {
      body: query,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
    answered(reply, 200)
    that(
      matchesOf(reply.json).some(({ id }) => id === stored.id),
      'not found',
    )
  },
})

/** What US Core 8.0.0 asks of a server's searches. */
export const usCoreChecks: readonly Check[] = asked.flatMap(one => [
  ...[...one.searches, ...(one.more ?? [])].map((query, index) => finds(one, query, index)),
  posted(one),
  ...(one.hasProvenance === false ? [] : [withProvenance(one)]),
])
