import { fail, ok, type Result } from '../lib/result.ts'

/** Who acts when nobody says so, on loopback (interface.md 3). */
const LOCAL_ACTOR = 'Device/local-development'

export const ACTOR_PATTERN =
  '^(?:Practitioner|PractitionerRole|Patient|RelatedPerson|Organization|Device)/[A-Za-z0-9\\-.]{1,64}$'

const ACTOR = new RegExp(ACTOR_PATTERN)

/** The actor that the header X-Actor names. Failure: `actor-malformed`. */
export function actorOf(header: string | readonly string[] | undefined): Result<string> {
  if (header === undefined) return ok(LOCAL_ACTOR)
  if (typeof header === 'string' && ACTOR.test(header)) return ok(header)
  return fail({
    kind: 'invalid',
    code: 'actor-malformed',
    message:
      'X-Actor must be a reference such as Practitioner/123 (or PractitionerRole, Patient, RelatedPerson, Organization, Device).',
  })
}
