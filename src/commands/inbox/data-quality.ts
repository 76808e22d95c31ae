import { readMessage } from '../../hl7v2/read-message.ts'
import { parseOptionsOf, readValue } from '../../mappers/alerts/read-value.ts'
import { qualityOf } from '../../mappers/adt/events/data-quality.ts'
import type { SourceSettings } from '../../mappers/adt/source.ts'
import { inboxIdOf } from './inbox-id.ts'
import type { InboxQueries } from '../ports/store.ts'

/** What the messages of one sender are like. */
export interface SourceQuality {
  /** `MSH-3|MSH-4` */
  readonly source: string
  readonly messages: number
  /** Messages by event. */
  readonly events: Readonly<Record<string, number>>
  /** How many messages have each note (`code:place`), the commonest first. */
  readonly notes: readonly { readonly note: string; readonly messages: number; readonly share: number }[]
}

/** Counts messages as they are looked at. */
export interface QualityCount {
  readonly add: (value: Buffer) => void
  /** By sender, those with most messages first. */
  readonly sources: () => readonly SourceQuality[]
}

export function qualityCount(settings: SourceSettings): QualityCount {
  const counted = new Map<
    string,
    { messages: number; events: Map<string, number>; notes: Map<string, number> }
  >()
  const count = (source: string, trigger: string, notes: readonly string[]): void => {
    const own = counted.get(source) ?? { messages: 0, events: new Map(), notes: new Map() }
    counted.set(source, own)
    own.messages += 1
    if (trigger !== '') own.events.set(trigger, (own.events.get(trigger) ?? 0) + 1)
    for (const note of notes) own.notes.set(note, (own.notes.get(note) ?? 0) + 1)
  }
  const options = { optionsOf: parseOptionsOf(settings) }
  return {
    add: value => {
      const payload = readValue(value, settings)
      if (!payload.ok) return count('|', '', [payload.failure.code])
      for (const { text, failure } of payload.value) {
        const read = failure ? undefined : readMessage(text, options)
        if (!read?.ok) count('|', '', [failure?.code ?? read?.failure.code ?? 'msh-missing'])
        else {
          const { source, trigger, notes } = qualityOf(read.value, settings)
          count(source, trigger, notes)
        }
      }
    },
    sources: () =>
      [...counted]
        .map(([source, { messages, events, notes }]) => ({
          ...{ source, messages, events: Object.fromEntries([...events].toSorted(byCount)) },
          notes: [...notes]
            .toSorted(byCount)
            .map(([note, n]) => ({ note, messages: n, share: Math.round((n / messages) * 1000) / 1000 })),
        }))
        .toSorted((a, b) => b.messages - a.messages),
  }
}

const byCount = (a: readonly [string, number], b: readonly [string, number]): number =>
  b[1] - a[1] || (a[0] < b[0] ? -1 : 1)

export interface QualityRequest {
  readonly source?: string
  /** How many of the last messages are looked at. */
  readonly count: number
}

const PAGE = 100

/** What the last messages of each sender are like; those whose text was kept no longer are left out. */
export async function dataQuality(
  {
    inbox,
    tenant,
    settings,
  }: {
    readonly inbox: InboxQueries
    readonly tenant: number
    readonly settings: SourceSettings
  },
  { source, count }: QualityRequest,
): Promise<readonly SourceQuality[]> {
  const quality = qualityCount(settings)
  let after: string | undefined
  for (let looked = 0; looked < count; looked += PAGE) {
    const page = await inbox.find(tenant, {
      count: Math.min(PAGE, count - looked),
      ...(source !== undefined && { source }),
      ...(after !== undefined && { after }),
    })
    for (const { raw } of page) if (raw.length > 0) quality.add(raw)
    const last = page.at(-1)
    if (!last || page.length < PAGE) break
    after = inboxIdOf(last)
  }
  return quality.sources()
}
