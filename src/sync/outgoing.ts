import { keyText, type Resource, type ResourceKey } from '../fhir/resource.ts'
import { typeRule } from '../fhir/validation/type-rules.ts'
import type { PeerDeps, PushPlan } from './push-plan.ts'
import { identifiersOf, isUnmistakable, namesOn, originOf, OWN_NAMES } from './known-names.ts'
import { toPeer } from './translate.ts'

/** Our resource in the peer's words, with our own identifier on it and without what a server sets itself. */
export function outgoing(
  deps: PeerDeps,
  plan: PushPlan,
  key: ResourceKey,
  alsoThere: (other: ResourceKey) => string | undefined,
): Resource {
  const resource = plan.resources.get(keyText(key)) ?? { resourceType: key.type }
  const { id: _id, meta, ...content } = resource
  const { versionId: _version, lastUpdated: _updated, source: _source, ...keptMeta } = meta ?? {}
  const translated = toPeer(content, {
    ownBase: deps.ownBase,
    peerBase: deps.peer.baseUrl,
    onPeer: other => {
      const link = plan.links.get(keyText(other))
      return link ? `${link.type}/${link.remoteId}` : alsoThere(other)
    },
    described: other => described(deps, other, plan.resources.get(keyText(other))),
  })
  const named = { ...translated, ...(Object.keys(keptMeta).length > 0 && { meta: keptMeta }) }
  const origin = originOf(resource)
  const names = [...(origin === undefined ? [] : lastOf(origin)), key.id]
  return names.reduce((one, id) => withName(one, nameFor(deps, id)), named)
}

/** The id that a resource has where it was taken from, if that tells whose it is. */
function lastOf(origin: string): readonly string[] {
  const id = origin.slice(origin.lastIndexOf('/') + 1)
  return isUnmistakable(id) ? [id] : []
}

/** How many identifiers R4 gives a type room for. */
export function roomForIdentifiers(type: string): 'none' | 'one' | 'many' {
  const rule = typeRule(type).elements.get('identifier')
  if (!rule) return 'none'
  return rule.many ? 'many' : 'one'
}

interface Name {
  readonly system: string
  readonly value: string
}

const nameFor = (deps: PeerDeps, id: string): Name => ({
  system: `${deps.canonicalBase}${OWN_NAMES}`,
  value: id,
})

/** With a name as identifier; the only one of a type that has one stays, a type that has none (Provenance) gets a tag. */
function withName(resource: Resource, name: Name): Resource {
  if (namesOn(resource).includes(name.value)) return resource
  switch (roomForIdentifiers(resource.resourceType)) {
    case 'many':
      return { ...resource, identifier: [...identifiersOf(resource), name] }
    case 'one':
      return { ...resource, identifier: resource['identifier'] ?? name }
    case 'none': {
      const tag = [...(resource.meta?.tag ?? []), { system: name.system, code: name.value }]
      return { ...resource, meta: { ...resource.meta, tag } }
    }
  }
}

/** The search that finds what a first try made, whose answer was lost. */
export function ownQuery(deps: PeerDeps, plan: PushPlan, key: ResourceKey): string {
  const resource = plan.resources.get(keyText(key))
  const room = roomForIdentifiers(key.type)
  const [only] = room === 'one' ? identifiersOf(resource) : []
  const others = resource ? namesOn(resource).filter(isUnmistakable) : []
  const names = new Set([key.id, ...(room === 'one' ? [] : others)])
  const asked = only?.value === undefined ? [...names].map(id => nameFor(deps, id)) : [only]
  const tokens = asked.map(({ system = '', value = '' }) => `${escaped(system)}|${escaped(value)}`)
  return `${room === 'none' ? '_tag' : 'identifier'}=${encodeURIComponent(tokens.join(','))}`
}

const escaped = (text: string): string => text.replaceAll(/[\\,$|]/g, match => `\\${match}`)

/** A search by any of the business identifiers of a resource; undefined when it has none with a system. */
export function identifierQuery(resource: Resource): string | undefined {
  const tokens = identifiersOf(resource).flatMap(({ system, value }) =>
    system && value ? [`${escaped(system)}|${escaped(value)}`] : [],
  )
  return tokens.length === 0 ? undefined : tokens.join(',')
}

/** identifier + display: the business identifier it has, else our own; never a patient's name. */
function described(
  deps: PeerDeps,
  key: ResourceKey,
  resource: Resource | undefined,
): { identifier: unknown; display?: string } {
  const [first] = identifiersOf(resource)
  const display = displayOf(key, resource)
  return {
    identifier: first ?? nameFor(deps, key.id),
    ...(display !== undefined && { display }),
  }
}

/** Names of places, organisations and professionals may go along; a patient's or a relative's may not. */
function displayOf(key: ResourceKey, resource: Resource | undefined): string | undefined {
  const name = resource?.['name']
  if (typeof name === 'string' && key.type !== 'RelatedPerson') return name
  if (key.type !== 'Practitioner' || !Array.isArray(name)) return undefined
  const [first] = name as readonly { readonly family?: string; readonly given?: readonly string[] }[]
  return [...(first?.given ?? []), first?.family].filter(part => part !== undefined).join(' ') || undefined
}
