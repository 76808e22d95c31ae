import { ok, type Result } from '../../lib/result.ts'
import type { Caller } from '../fhir/fhir-deps.ts'
import { sealedPlaces } from '../fhir/sealed-places.ts'
import type { CaseDeps } from './case-deps.ts'
import { patientOfCase } from './case-compartment.ts'
import { instantIn } from './view-case.ts'
import { eventAnswer, type EventAnswer } from './write-case.ts'

export interface TimelineRequest {
  readonly id: string
  readonly at?: string
  readonly order?: string
  readonly count?: string
  readonly next?: string
}

export interface Timeline {
  readonly events: readonly EventAnswer[]
  readonly next?: string
}

const COUNT_DEFAULT = 100
const COUNT_MAX = 1000

/**
 * The events of a case in order of recording, oldest first. Failures: `case-unknown`, `at-malformed`, `cursor-malformed`,
 * `page-expired`.
 */
export async function caseTimeline(
  deps: CaseDeps,
  { actor }: Pick<Caller, 'actor'>,
  request: TimelineRequest,
): Promise<Result<Timeline>> {
  const { id, at, order, next } = request
  const to = at === undefined ? undefined : instantIn(deps, at)
  if (to && !to.ok) return to
  const patient = await patientOfCase(deps, id, to?.value)
  if (!patient.ok) return patient
  const of = `cases/${id}/timeline`
  const places = await sealedPlaces(deps, { caller: { actor }, of, foreign: cursorMalformed })
  const place = next === undefined ? ok(undefined) : places.open(next)
  if (!place.ok) return place
  const after = place.value === undefined ? undefined : (JSON.parse(place.value) as Cursor)
  const count = Math.min(COUNT_MAX, Number(request.count ?? COUNT_DEFAULT))
  const rows = await deps.store.caseEvents(deps.tenant, {
    caseId: id,
    count: count + 1,
    newestFirst: order === 'newest',
    ...(to && { to: to.value }),
    ...(after && { after }),
  })
  const page = rows.slice(0, count)
  const last = page.at(-1)
  return ok({
    events: page.map(eventAnswer),
    ...(rows.length > count && last && { next: places.seal(cursorOf(last)) }),
  })
}

interface Cursor {
  readonly recorded: string
  readonly id: string
}

const cursorOf = ({ recorded, id }: Cursor): string => JSON.stringify({ recorded, id })

const cursorMalformed = {
  kind: 'invalid',
  code: 'cursor-malformed',
  message: 'next is not a cursor that this list gave: begin again without it.',
  expression: 'next',
} as const
