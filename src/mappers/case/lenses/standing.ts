import type { Resource } from '../../../fhir/resource.ts'
import { listOf } from '../../../lib/list-of.ts'
import { isObject, objectOf, textOf, withElement, type JsonObject } from './json-edit.ts'
import type { Slot } from './lens.ts'
import { extensionOf, withExtension } from './slots.ts'

/**
 * A status in two layers: what people (or the resource's birth) made of it, and what facts lay over it. The overlay
 * shows; when its facts are withdrawn, what lay under it comes back. So the result depends on the facts and on what
 * people did, never on what was derived before.
 */
export interface Standing<S extends string> {
  readonly own: S
  readonly overlay?: Overlay<S>
}

export interface Overlay<S extends string> {
  readonly state: S
  /** Plain words, e.g. `trigger cancelled`. */
  readonly reason: string
}

/** What shows. */
export const shownState = <S extends string>({ own, overlay }: Standing<S>): S => overlay?.state ?? own

/** How the exact state stands in a resource without regard to layers. */
export interface StateCodec<S extends string> {
  readonly read: (resource: Resource) => S
  readonly write: (resource: Resource, state: S) => Resource
}

/** The native status as it is. */
export const nativeStatus: StateCodec<string> = {
  read: resource => textOf(resource['status']) ?? '',
  write: (resource, state) => withElement(resource, 'status', state),
}

/**
 * The two layers in a resource: the shown state as its codec writes it, and on `_status` a `derived` extension with
 * the reason, the state it shows and the one it stands for. A mark that doesn't agree with the shown state is stale:
 * somebody changed the status since.
 */
export function standingSlot<S extends string>(derivedUrl: string, codec: StateCodec<S>): Slot<Standing<S>> {
  return {
    get: resource => {
      const shown = codec.read(resource)
      const mark = extensionOf(objectOf(resource['_status']), derivedUrl)
      if (!mark || partOf(mark, 'state') !== shown) return { own: shown }
      const own = (partOf(mark, 'insteadOf') ?? shown) as S
      return { own, overlay: { state: shown, reason: partOf(mark, 'reason') ?? '' } }
    },
    set: (resource, standing) => {
      const written = codec.write(resource, shownState(standing))
      const mark = standing.overlay && markOf(derivedUrl, standing.own, standing.overlay)
      return withElement(written, '_status', withExtension(objectOf(resource['_status']), derivedUrl, mark))
    },
  }
}

/** The resource without the mark that facts gave its status. */
export const withoutMark = (resource: Resource, derivedUrl: string): Resource =>
  extensionOf(objectOf(resource['_status']), derivedUrl)
    ? withElement(resource, '_status', withExtension(objectOf(resource['_status']), derivedUrl, undefined))
    : resource

const markOf = <S extends string>(url: string, own: S, overlay: Overlay<S>): JsonObject => ({
  url,
  extension: [
    { url: 'reason', valueString: overlay.reason },
    { url: 'state', valueCode: overlay.state },
    { url: 'insteadOf', valueCode: own },
  ],
})

function partOf(mark: JsonObject, url: string): string | undefined {
  const part = listOf(mark['extension'])
    .filter(isObject)
    .find(extension => extension['url'] === url)
  return textOf(part?.['valueString']) ?? textOf(part?.['valueCode'])
}
