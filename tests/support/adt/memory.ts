import assert from 'node:assert/strict'
import { parseJson } from '../../../src/lib/json.ts'
import type { Json, Resource, ResourceKey } from '../../../src/fhir/resource.ts'
import { readMessage } from '../../../src/hl7v2/read-message.ts'
import type { MappedEvent } from '../../../src/mappers/adt/adt-event.ts'
import { applyAdt, type Applied } from '../../../src/mappers/adt/apply-adt.ts'
import type { Fact } from '../../../src/mappers/adt/fact.ts'
import { provenanceFor } from '../../../src/mappers/adt/provenance.ts'
import { readAdtEvent } from '../../../src/mappers/adt/read-event.ts'
import { sourceSettings, type SourceSettings } from '../../../src/mappers/adt/source.ts'

export const settings = sourceSettings({
  tenant: 1,
  canonicalBase: 'https://casewire.example/fhir',
  timeZone: 'America/New_York',
})

/** A store as far as the mapping needs one; everything goes through JSON, as in a database. */
export interface Memory {
  readonly take: (text: string) => Applied
  readonly resources: () => readonly Resource[]
  readonly get: (key: ResourceKey) => Resource | undefined
  readonly put: (resource: Resource & { readonly id: string }) => void
  readonly stays: () => Applied['stays']
  /** How many resources the last message wrote. */
  readonly written: () => number
}

export function memory(own: SourceSettings = settings): Memory {
  const store = new Map<string, string>()
  const facts = new Map<string, Fact>()
  const said = new Map<string, Map<string, Json>>()
  let last: Applied | undefined
  const get = ({ type, id }: ResourceKey): Resource | undefined => {
    const text = store.get(`${type}/${id}`)
    return text === undefined ? undefined : (parseJson(text) as Resource)
  }
  const put = (resource: Resource & { readonly id: string }): void => {
    store.set(`${resource.resourceType}/${resource.id}`, JSON.stringify(resource))
  }
  return {
    take: text => {
      const event = mapped(text, own)
      const subject = event.patient.id
      const mine = [...facts.values()].filter(fact => fact.subject === subject)
      const applied = applyAdt(event, { said: said.get(subject) ?? new Map(), facts: mine, get })
      for (const fact of applied.facts) facts.set(fact.id, parseJson(JSON.stringify(fact)) as Fact)
      const registers = new Map(said.get(subject))
      for (const [scope, body] of applied.said) registers.set(scope, parseJson(JSON.stringify(body)) as Json)
      said.set(subject, registers)
      for (const resource of applied.resources) put(resource)
      if (applied.resources.length > 0) {
        put(
          provenanceFor(
            event,
            applied.resources.map(({ resourceType, id }) => `${resourceType}/${id}`),
          ),
        )
      }
      last = applied
      return applied
    },
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
