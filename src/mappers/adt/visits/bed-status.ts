import type { Location } from '@medplum/fhirtypes'
import { shardInId } from '../../../lib/ids.ts'
import { assert } from '../../../lib/assert.ts'
import { fail, ok, type Result } from '../../../lib/result.ts'
import type { Json, Resource, ResourceKey } from '../../../fhir/resource.ts'
import type { BedEvent } from '../events/adt-event.ts'
import { cweToCoding } from '../codes.ts'
import type { Derived } from '../resources/derived.ts'
import { directoryOf } from '../resources/directory-of.ts'
import { joinDirectory } from '../resources/directory.ts'
import { fieldText, readFieldText } from '../registers/field-text.ts'
import { contextOf } from '../map-context.ts'
import { changedFrom } from '../resources/merge-elements.ts'
import { winners } from '../registers/register-index.ts'
import { registerOf, tell, wordOf, type Register, type Said } from '../registers/registers.ts'
import { plToLocations } from '../types/pl-location.ts'

/**
 * Reads the bed that an A20 speaks of (NPU-1) and its state (NPU-2). Fails with `adt-place-missing` where no place is
 * named.
 */
export function bedEvent(read: Omit<BedEvent, 'kind' | 'bed' | 'fields' | 'directory'>): Result<BedEvent> {
  const { message, context } = read
  const npu = message.first('NPU')
  const pl = npu?.repetitions(1)[0]
  const bed = pl && plToLocations(pl, context).at(-1)
  if (!npu || !bed) {
    return fail({
      kind: 'unprocessable',
      code: 'adt-place-missing',
      message: 'The message names no bed whose state it tells',
      expression: 'NPU-1',
    })
  }
  const status = fieldText(npu, 2, message, context)
  const shard = shardInId(bed.id)
  assert(shard !== undefined, 'a derived id carries its shard')
  return ok({
    kind: 'bed',
    ...read,
    bed: { id: bed.id, shard },
    fields: status === '' ? {} : { [STATUS]: status },
    directory: directoryOf(message, context),
  })
}

const STATUS = 'NPU-2'

/** What is known of the bed before the message: the register under its own id, scope ''. */
export interface BedBefore {
  readonly said: ReadonlyMap<string, Json>
  readonly get: (key: ResourceKey) => Resource | undefined
}

/** The bed's register and what changes: Location.operationalStatus by the last word, the places that the bed is in. */
export function applyBedStatus(
  event: BedEvent,
  { said, get }: BedBefore,
): { readonly register: Register; readonly resources: readonly Derived[] } {
  const was = registerOf(said.get(''))
  const register = tell(was, event.source, event.stamp, event.fields)
  const [before, after] = [winners(was).get(STATUS), winners(register).get(STATUS)]
  const resources = event.directory.flatMap(place => {
    const standing = get({ type: place.resourceType, id: place.id })
    const joined = joinDirectory(standing, place)
    const isTold = place.id === event.bed.id && before?.text !== after?.text
    return changedFrom(standing, isTold ? withStatus(joined, after, event) : joined, event.messageUri) ?? []
  })
  return { register, resources }
}

function withStatus(place: Derived, said: Said | undefined, { context }: BedEvent): Derived {
  const { operationalStatus: _earlier, ...rest } = place as Derived & Partial<Location>
  const cwe = readFieldText(wordOf(said) ?? '')
  const own = said && contextOf(said.source, context.settings, context.report)
  const status = cwe && own && cweToCoding(cwe, own, { map: 'BedStatus', at: STATUS })
  return status ? { ...rest, operationalStatus: status } : rest
}
