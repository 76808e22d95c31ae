import assert from 'node:assert/strict'
import { parseJson } from '../../../src/lib/json.ts'
import type { Json, Resource, ResourceKey } from '../../../src/fhir/resource.ts'
import { readMessage } from '../../../src/hl7v2/read-message.ts'
import type { MappedEvent } from '../../../src/mappers/adt/events/adt-event.ts'
import { applyMessage, type AppliedMessage } from '../../../src/mappers/adt/apply-message.ts'
import type { Fact } from '../../../src/mappers/adt/events/fact.ts'
import type { Person } from '../../../src/mappers/adt/identity/derive-cluster.ts'
import { provenanceFor } from '../../../src/mappers/adt/resources/provenance.ts'
import { readAdtEvent, readAdtEvents } from '../../../src/mappers/adt/events/read-event.ts'
import { sourceSettings, type SourceSettings } from '../../../src/mappers/adt/source.ts'

export const settings = sourceSettings({
  tenant: 1,
  canonicalBase: 'https://casewire.example/fhir',
  timeZone: 'America/New_York',
})

/** What a message came to, with what is known of the first patient concerned. */
export type Taken = AppliedMessage & Partial<Person> & Pick<Person, 'stays'>

/** A store as far as the mapping needs one; everything goes through JSON, as in a database. */
export interface Memory {
  readonly take: (text: string) => Taken
  readonly resources: () => readonly Resource[]
  readonly get: (key: ResourceKey) => Resource | undefined
  readonly put: (resource: Resource & { readonly id: string }) => void
  readonly stays: () => Taken['stays']
  /** How many resources the last message wrote. */
  readonly written: () => number
}

export function memory(own: SourceSettings = settings): Memory {
  const store = new Map<string, string>()
  const facts = new Map<string, Fact>()
  const said = new Map<string, Map<string, Json>>()
  let last: Taken | undefined
  const get = ({ type, id }: ResourceKey): Resource | undefined => {
    const text = store.get(`${type}/${id}`)
    return text === undefined ? undefined : (parseJson(text) as Resource)
  }
  const put = (resource: Resource & { readonly id: string }): void => {
    store.set(`${resource.resourceType}/${resource.id}`, JSON.stringify(resource))
  }
  const take = (text: string): Taken => {
    const events = mappedEvents(text, own)
    const value = applyMessage(events, {
      get,
      facts: subject => [...facts.values()].filter(fact => fact.subject === subject),
      said: subject => said.get(subject) ?? new Map<string, Json>(),
    })
    for (const fact of value.facts) facts.set(fact.id, parseJson(JSON.stringify(fact)) as Fact)
    for (const { subject, scope, body } of value.said) {
      const registers = said.get(subject) ?? new Map<string, Json>()
      said.set(subject, registers.set(scope, parseJson(JSON.stringify(body)) as Json))
    }
    for (const resource of value.resources) put(resource)
    const targets = value.resources.map(({ resourceType, id }) => `${resourceType}/${id}`)
    const [event] = events
    if (targets.length > 0 && event) put(provenanceFor(event, targets))
    const { stays = [], ...person } = value.persons[0] ?? {}
    last = { ...value, ...person, stays }
    return last
  }
  return {
    take,
    resources: () => [...store.values()].map(text => parseJson(text) as Resource),
    get,
    put,
    stays: () => last?.stays ?? [],
    written: () => last?.resources.length ?? 0,
  }
}

export function mapped(text: string, own: SourceSettings = settings): MappedEvent {
  const message = readMessage(text)
  assert(message.ok, 'the message can be read')
  const event = readAdtEvent(message.value, own)
  assert(event.ok && event.value.kind === 'mapped', 'the event is mapped')
  return event.value
}

function mappedEvents(text: string, own: SourceSettings): readonly MappedEvent[] {
  const message = readMessage(text)
  assert(message.ok, 'the message can be read')
  const events = readAdtEvents(message.value, own)
  assert(events.ok, 'the message can be mapped')
  return events.value.map(event => {
    assert(event.kind === 'mapped', 'the event is mapped')
    return event
  })
}

/** The state as adt.md 3.2.5 compares it: without meta.source, versionId, lastUpdated and Provenance, sorted by key. */
export function comparable(resources: readonly Resource[]): readonly Resource[] {
  return resources
    .filter(({ resourceType }) => resourceType !== 'Provenance')
    .map(({ meta, ...rest }) => {
      const { source: _source, versionId: _version, lastUpdated: _updated, ...kept } = meta ?? {}
      return { ...rest, meta: kept }
    })
    .toSorted((a, b) => (`${a.resourceType}/${a.id}` < `${b.resourceType}/${b.id}` ? -1 : 1))
}
