import { ok, type Result } from '../../lib/result.ts'
import { okOutcome } from '../../fhir/outcome.ts'
import type { Written } from '../../commands/fhir/fhir-write.ts'
import { versionHeaders, type Answer, type Exchange } from './exchange.ts'

const said: Readonly<Record<Written['outcome'], string>> = {
  created: 'Created.',
  updated: 'Written.',
  unchanged: 'Nothing changed.',
  found: 'One exists already.',
  deleted: 'Deleted.',
  absent: 'There was nothing to delete.',
}

/**
 * The answer to a write (http://hl7.org/fhir/R4/http.html#ops): 201 with Location for what is new, also when an update
 * made it; Location of what a conditional create found; the version that stands now; and the body that `Prefer: return=`
 * asks for, by default the resource.
 */
export function writtenAnswer(
  { deps, prefer }: Pick<Exchange, 'deps' | 'prefer'>,
  written: Written | undefined,
): Result<Answer> {
  if (!written) return ok({ status: 200 })
  const { key, outcome, stored } = written
  if (!stored || outcome === 'deleted' || outcome === 'absent') return ok(goneAnswer(prefer, outcome))
  const location = `${deps.base}/${key.type}/${key.id}/_history/${stored.version}`
  const isLed = outcome === 'created' || outcome === 'found'
  return ok({
    status: outcome === 'created' ? 201 : 200,
    headers: {
      ...versionHeaders(stored),
      ...(isLed && { location }),
      ...(isRepresented(prefer) && { 'content-location': location }),
      ...applied(prefer),
    },
    ...bodyOf(prefer, outcome, stored.content),
  })
}

const isRepresented = ({ returned }: Exchange['prefer']): boolean =>
  returned === undefined || returned === 'representation'

/** RFC 7240 3. */
const applied = ({ returned }: Exchange['prefer']): Readonly<Record<string, string>> =>
  returned === undefined ? {} : { 'preference-applied': `return=${returned}` }

function bodyOf(
  { returned }: Exchange['prefer'],
  outcome: Written['outcome'],
  content: string,
): Pick<Answer, 'body'> {
  if (returned === 'minimal') return {}
  return { body: returned === 'OperationOutcome' ? JSON.stringify(okOutcome(said[outcome])) : content }
}

/** Nothing is left to represent; the outcome comes only when it is asked for. */
function goneAnswer(prefer: Exchange['prefer'], outcome: Written['outcome']): Answer {
  if (prefer.returned !== 'OperationOutcome') return { status: 204 }
  return { status: 200, headers: applied(prefer), body: JSON.stringify(okOutcome(said[outcome])) }
}
