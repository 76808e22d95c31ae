import { zonedText } from '../../../src/lib/zone.ts'

/** Where River's story happens. */
export const TIME_ZONE = 'America/New_York'

/** A wall-clock time of the story, `2026-10-13T09:00`, with its offset. */
export const local = (time: string): string => zonedText(TIME_ZONE, `${time}:00`)

/** The last second of a day of the story: when duties are due. */
export const endOf = (date: string): string => zonedText(TIME_ZONE, `${date}T23:59:59`)

/** A message of a hospital, as it comes on the topic. */
export interface Message {
  /** Wall-clock time at which it is sent. */
  readonly at: string
  readonly adt: string
}

/**
 * What somebody does about the case. Written as the case API has it; a client of another door does the same in its own
 * way. `$G1` stands for the id that was kept under this name.
 */
export interface Deed {
  readonly at: string
  readonly by: string
  readonly command: string
  readonly body?: Readonly<Record<string, unknown>>
  /** Name -> event whose noun is kept under it. */
  readonly keep?: Readonly<Record<string, string>>
  /** It must be refused so. */
  readonly refused?: { readonly status: number; readonly rule?: string }
}

/** A resource that a FHIR client puts. */
export interface Written {
  readonly at: string
  readonly by: string
  readonly resource: Readonly<Record<string, unknown>> & {
    readonly resourceType: string
    readonly id: string
  }
}

export type Act = Message | Deed | Written

/** The value with every `$NAME` replaced by what was kept under it. */
export function filled<T>(value: T, kept: ReadonlyMap<string, string>): T {
  const text = JSON.stringify(value).replaceAll(/\$([A-Z][A-Z0-9_]*)/g, (whole, name: string) => {
    const known = kept.get(name)
    if (known === undefined) throw new Error(`${whole} is not known yet`)
    return known
  })
  return JSON.parse(text) as T
}
