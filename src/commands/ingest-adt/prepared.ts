import type { Failure, Result } from '../../lib/result.ts'
import type { Instant } from '../../lib/clock.ts'
import type { Json, Resource, ResourceKey } from '../../fhir/resource.ts'
import type { Fact, MessageKey, Said } from '../ports/store.ts'
import type { InboundRecord } from './inbound.ts'

/** One message, read as far as it can be without the store. */
export interface Prepared extends MessageKey {
  /** Index of its record in the batch. */
  readonly record: number
  readonly from: InboundRecord
  /** SHA-256 of the message's bytes, hex. */
  readonly payloadHash: string
  readonly trigger: string
  readonly raw: Buffer
  /** How long its sender's repeats count as duplicates; for ever where it isn't said. */
  readonly dedupeDays?: number
  /** What was odd in reading it, as `code:place`. */
  readonly flags?: readonly string[]
  readonly subject?: string
  /** Id of the Encounter that it is about. */
  readonly visit?: string
  readonly needs: Needs
  readonly effect: Effect
}

/** A record read. One that holds no message at all is refused by HTTP, and a dead letter from Kafka. */
export interface PreparedRecord {
  readonly messages: readonly Prepared[]
  readonly refusal?: Failure
}

/** What is settled by reading alone, or how to decide it over what stands. */
export type Effect =
  | { readonly kind: 'ignored'; readonly failure: Failure }
  | { readonly kind: 'dead-letter'; readonly failure: Failure }
  | { readonly kind: 'decide'; readonly decide: (view: View) => Result<Decision> }

export interface Needs {
  readonly keys: readonly ResourceKey[]
  /** Patients whose compartment must be known, as far as it is of these types. */
  readonly patients: readonly string[]
  readonly types: readonly string[]
  readonly subjects: readonly string[]
  /** Patients of whom everything must be known, of whatever type, and everything that refers to them. */
  readonly wholes?: readonly string[]
}

export const noNeeds: Needs = { keys: [], patients: [], types: [], subjects: [] }

/** What stands when a message is decided: earlier messages of the batch included. */
export interface View {
  readonly at: Instant
  readonly get: (key: ResourceKey) => Resource | undefined
  /** The version that a resource will have once all so far is flushed; 0 when there is none. */
  readonly version: (key: ResourceKey) => number
  readonly compartment: (patient: string, types: readonly string[]) => readonly Resource[]
  /** Everything known that refers to one of these patients, whoever's record it is in. */
  readonly referring: (patients: readonly string[]) => readonly Resource[]
  readonly facts: (subject: string) => readonly Fact[]
  /** Registers of a subject by scope. */
  readonly saidOf: (subject: string) => ReadonlyMap<string, Json>
}

/** Everything one message wants written. */
export interface Decision {
  readonly puts: readonly Put[]
  readonly facts: readonly Fact[]
  readonly said: readonly Pick<Said, 'subject' | 'scope' | 'body'>[]
  /** Codes of what an operator should know, e.g. `control-id-reused`. */
  readonly flags: readonly string[]
  /** It counts as applied even when no resource differs: a cancel that waits for its target. */
  readonly waits: boolean
  /** It is a dead letter all the same: what it asks for can't be, though what it says is kept. */
  readonly refused?: Failure
  /** When what it tells happened, as the sender said: dateTime. */
  readonly at?: string
}

export interface Put {
  readonly resource: Resource & { readonly id: string }
  readonly shard: number
}
