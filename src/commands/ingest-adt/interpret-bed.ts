import { fail, ok, type Result } from '../../lib/result.ts'
import type { BedEvent } from '../../mappers/adt/events/adt-event.ts'
import { applyBedStatus } from '../../mappers/adt/visits/bed-status.ts'
import { firstInvalid, putOf, withProvenance, type DecideOptions } from './decide-events.ts'
import { noNeeds, type Decision, type View } from './prepared.ts'
import type { Interpreted } from './read-record.ts'

/** The state of a bed: of no patient, and nothing for case management. */
export function interpretBed(event: BedEvent, options: DecideOptions): Pick<Interpreted, 'needs' | 'effect'> {
  const { bed, directory } = event
  const keys = directory.map(({ resourceType, id }) => ({ type: resourceType, id }))
  const decide = (view: View): Result<Decision> => {
    const { register, resources } = applyBedStatus(event, { said: view.saidOf(bed.id), get: view.get })
    const changed = withProvenance(event, resources, view)
    const invalid = firstInvalid(changed, options.validate)
    if (invalid) return fail(invalid)
    return ok({
      puts: changed.map(({ resource }) => putOf(resource, view)),
      facts: [],
      said: [{ subject: bed.id, scope: '', body: register }],
      flags: [],
      waits: false,
      at: event.effective.instant,
    })
  }
  return { needs: { ...noNeeds, keys, subjects: [bed.id] }, effect: { kind: 'decide', decide } }
}
