import type { Resource } from '../../../src/fhir/resource.ts'
import type { SourceSettings } from '../../../src/mappers/adt/source.ts'
import { er7, type Er7 } from './er7.ts'
import { memory, type Memory } from './memory.ts'

/** What a test reads of a resource: any element, by the names of FHIR. */
export type Said = Resource & { readonly id: string } & Record<string, never>

/** A store that took these messages in. */
export function told(messages: readonly Er7[], own?: SourceSettings): Memory {
  const store = memory(own)
  for (const message of messages) store.take(er7(message))
  return store
}

export const ofType = (store: Memory, type: string): readonly Said[] =>
  store.resources().filter(({ resourceType }) => resourceType === type) as unknown as readonly Said[]

export const only = (store: Memory, type: string): Said => ofType(store, type)[0] as Said

/** An A01 and A08s of one visit, a minute apart, with these segments. */
export const visit = (...lists: readonly (readonly string[])[]): readonly Er7[] =>
  lists.map((segments, index) => ({
    event: index === 0 ? 'A01' : 'A08',
    id: `C${index}`,
    at: `2026100112${String(index).padStart(2, '0')}00`,
    segments,
  }))
