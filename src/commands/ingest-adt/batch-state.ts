import { mergeCycleTimers } from '../timers/merge-cycle-timers.ts'
import { keyText, type Json } from '../../fhir/resource.ts'
import { inboxIdOf } from '../inbox/inbox-id.ts'
import type { Changes, Fact, InboxEntry, InboxWrite, Loaded, Said } from '../ports/store.ts'
import { openWork, type UnitOfWork, type WorkContext } from '../work/unit-of-work.ts'
import { compartmentsOf } from './compartments.ts'
import { mentionsOf } from './mentions.ts'
import type { Decision, Prepared, View } from './prepared.ts'

/** What was loaded for a batch, by key, so that a part of it can be loaded again. */
export interface Known {
  readonly resources: Map<string, Loaded['resources'][number]>
  readonly facts: Map<string, Fact>
  readonly said: Map<string, Said>
  readonly messages: Map<string, InboxEntry>
}

export const nothingKnown = (): Known => ({
  resources: new Map(),
  facts: new Map(),
  said: new Map(),
  messages: new Map(),
})

/** Takes in what was loaded; gives the keys of what is not as it was known (of a register: of its Patient). */
export function learn(known: Known, loaded: Loaded): readonly string[] {
  const moved = [
    ...loaded.resources
      .filter(stored => known.resources.get(keyText(stored))?.version !== stored.version)
      .map(keyText),
    ...loaded.said
      .filter(said => known.said.get(registerOf(said))?.version !== said.version)
      .map(({ subject }) => `Patient/${subject}`),
  ]
  for (const stored of loaded.resources) known.resources.set(keyText(stored), stored)
  for (const fact of loaded.facts) known.facts.set(fact.id, fact)
  for (const said of loaded.said) known.said.set(registerOf(said), said)
  for (const entry of loaded.messages) known.messages.set(inboxIdOf(entry), entry)
  return moved
}

const registerOf = ({ subject, scope }: Pick<Said, 'subject' | 'scope'>): string => `${subject}\n${scope}`

/** One try at a batch: what stands, with everything staged so far. Each message is one step. */
export interface BatchState {
  readonly view: View
  /** The inbox entry of this very message, and whether its control id stands for another payload too. */
  readonly earlier: (message: Prepared) => {
    readonly entry: InboxEntry | undefined
    readonly reused: boolean
  }
  /** Stages what a message decided as one step; gives the references that changed. */
  readonly stage: (decision: Decision) => { readonly changed: readonly string[]; readonly newFacts: number }
  readonly record: (entry: InboxEntry) => void
  /** What is staged so far: who changed what. */
  readonly work: Pick<UnitOfWork, 'at' | 'audit' | 'changedInStep' | 'get' | 'put' | 'version'>
  readonly changes: () => Changes
}

export function openBatch(context: WorkContext, known: Known): BatchState {
  const work = openWork(context, [...known.resources.values()])
  const compartments = compartmentsOf(known.resources.values(), work.get)
  const facts = Map.groupBy(known.facts.values(), ({ subject }) => subject)
  const said = bodiesBySubject(known)
  const fresh = {
    facts: new Map<string, Fact>(),
    said: new Map<string, Said>(),
    inbox: new Map<string, InboxWrite>(),
  }
  const mentions = mentionsOf(known.resources.values())
  const byControlId = Map.groupBy(known.messages.values(), messageOf)

  const view: View = {
    at: context.at,
    get: work.get,
    version: work.version,
    compartment: compartments.of,
    referring: patients => mentions.of(patients).flatMap(key => work.get(key) ?? []),
    facts: subject => facts.get(subject) ?? [],
    saidOf: subject => said.get(subject) ?? noBodies,
  }

  return {
    view,
    work,
    earlier: message => {
      const id = inboxIdOf(message)
      const same = byControlId.get(messageOf(message)) ?? []
      return {
        entry: same.find(entry => inboxIdOf(entry) === id),
        reused: same.some(entry => entry.payloadHash !== message.payloadHash),
      }
    },
    stage: decision => {
      work.nextStep()
      if (decision.at !== undefined) work.say({ at: decision.at })
      for (const { resource, shard } of decision.puts) {
        if (work.put(resource, { shard }) === 'unchanged') continue
        compartments.add(resource)
        mentions.add(resource)
      }
      const newFacts = decision.facts.filter(({ id }) => !known.facts.has(id) && !fresh.facts.has(id))
      for (const fact of newFacts) {
        fresh.facts.set(fact.id, fact)
        facts.set(fact.subject, [...(facts.get(fact.subject) ?? []), fact])
      }
      for (const { subject, scope, body } of decision.said) {
        const register = registerOf({ subject, scope })
        const version = (known.said.get(register)?.version ?? 0) + 1
        said.set(subject, new Map([...(said.get(subject) ?? noBodies), [scope, body]]))
        fresh.said.set(register, { subject, scope, body, version })
      }
      return { changed: work.changedInStep(), newFacts: newFacts.length }
    },
    record: entry => {
      const id = inboxIdOf(entry)
      fresh.inbox.set(id, { ...entry, mode: known.messages.has(id) ? 'update' : 'claim' })
      const same = byControlId.get(messageOf(entry)) ?? []
      byControlId.set(messageOf(entry), [...same.filter(other => inboxIdOf(other) !== id), entry])
    },
    changes: () => ({
      ...withCycles(work.changes(), fresh.facts, context.at),
      facts: [...fresh.facts.values()],
      said: [...fresh.said.values()],
      inbox: [...fresh.inbox.values()],
    }),
  }
}

/** With what has to be driven again for unlinks, as timers. */
function withCycles(
  changes: ReturnType<UnitOfWork['changes']>,
  facts: ReadonlyMap<string, Fact>,
  at: string,
): ReturnType<UnitOfWork['changes']> {
  const cycles = mergeCycleTimers([...facts.values()], at)
  if (cycles.length === 0) return changes
  const { put, drop } = changes.timers ?? { put: [], drop: [] }
  return { ...changes, timers: { put: [...put, ...cycles], drop } }
}

const noBodies: ReadonlyMap<string, Json> = new Map()

function bodiesBySubject(known: Known): Map<string, ReadonlyMap<string, Json>> {
  const bySubject = Map.groupBy(known.said.values(), ({ subject }) => subject)
  return new Map(
    [...bySubject].map(([subject, said]) => [subject, new Map(said.map(({ scope, body }) => [scope, body]))]),
  )
}

const messageOf = ({ source, messageId }: { readonly source: string; readonly messageId: string }): string =>
  `${source}\n${messageId}`
