import { instantOf, type Instant } from '../../../lib/clock.ts'
import { startMsOf, zonedTextOf } from '../../../lib/fhir-time.ts'
import { derivedId } from '../../../lib/ids.ts'
import { fail, ok, type Result } from '../../../lib/result.ts'
import type { Resource } from '../../../fhir/resource.ts'
import { mergeCycle, type AppliedMessage, type World } from '../apply-message.ts'
import type { Derived } from '../resources/derived.ts'
import type { Fact } from '../events/fact.ts'
import { contextOf, type MapContext } from '../map-context.ts'
import { mergeElements } from '../resources/merge-elements.ts'
import { recordedIn, stampOf } from '../events/message-uri.ts'
import { registerOf } from '../registers/registers.ts'
import type { SourceSettings } from '../source.ts'
import { applyCluster, type ClusterApplied, type ClusterChange } from './apply-cluster.ts'
import { shardOfPatient } from './derive-cluster.ts'
import { statementsOf, type IdentityBody } from './identity-fact.ts'
import { clusterOf } from './identity.ts'

/** That two patients are one, or are two after all, as a person says it and no message. */
export interface PersonsStatement extends Pick<IdentityBody, 'from' | 'to' | 'old' | 'undo' | 'security'> {
  readonly kind: 'merge' | 'unlink'
  /** Who says it: `Practitioner/1`. */
  readonly actor: string
  /** Of the request: names the statement. */
  readonly controlId: string
  /** When it is said. */
  readonly at: Instant
  /** `meta.source` of what changes. */
  readonly message: string
  /** The operation. */
  readonly event: string
}

/**
 * Takes in what a person says of who is who, over the same computation as A40 and A37: the fact stands under each of the
 * two, everything of everyone concerned is computed anew. Failure: `merge-cycle`.
 */
export function applyStatement(
  statement: PersonsStatement,
  world: World,
  settings: SourceSettings,
): Result<AppliedMessage> {
  const subjects = clusterOf([statement.from, statement.to], world.facts)
  const facts = factsOf(statement, subjects.flatMap(world.facts), settings)
  const change: ClusterChange = {
    tenant: settings.tenant,
    canonicalBase: settings.canonicalBase,
    subjects,
    was: subject => ({ facts: world.facts(subject), said: world.said(subject) }),
    now: subject => ({
      facts: [...world.facts(subject), ...facts.filter(fact => fact.subject === subject)],
      said: world.said(subject),
    }),
    contexts: contextsOf(settings),
    get: world.get,
    message: statement.message,
  }
  const applied = applyCluster(change)
  if (applied.after.identity.refused.size > applied.before.identity.refused.size) return fail(mergeCycle)
  return ok({
    facts,
    said: subjects.map(subject => ({
      ...{ subject, scope: '' },
      body: registerOf(world.said(subject).get('')),
    })),
    resources: statement.kind === 'merge' ? withLaid(applied, statement, world) : applied.resources,
    persons: applied.persons,
    cluster: subjects,
    before: applied.before,
    after: applied.after,
    waits: true,
    issues: [],
    flags: [],
  })
}

function contextsOf(settings: SourceSettings): (source: string) => MapContext {
  const known = new Map<string, MapContext>()
  return source => {
    const context = known.get(source) ?? contextOf(source, settings, () => undefined)
    known.set(source, context)
    return context
  }
}

/** The fact under each of the two. It is recorded after whatever it is about, whatever clock that went by. */
function factsOf(
  statement: PersonsStatement,
  known: readonly Fact[],
  { tenant, timeZone }: SourceSettings,
): readonly Fact[] {
  const { kind, from, to, actor, controlId, at, message, event, old, undo, security } = statement
  const last = statementsOf(known).at(-1)?.stamp
  const recorded = last === undefined ? at : laterThan(recordedIn(last), at)
  const stamp = stampOf(recorded, { source: actor, controlId: controlId.replaceAll('|', '_'), hash: '' })
  const body: IdentityBody = {
    ...{ subjects: [from, to], from, to, stamp, message, event },
    at: zonedTextOf(startMsOf(at, 'UTC'), timeZone),
    ...(old && old.length > 0 && { old }),
    ...(undo && { undo }),
    ...(security && security.length > 0 && { security }),
  }
  return body.subjects.map(subject => ({
    id: derivedId(shardOfPatient(tenant, to), tenant, 'Fact', `${actor}|${kind}|${stamp}|${subject}`),
    ...{ subject, kind, scope: '', at, recorded, actor, source: actor, body },
  }))
}

function laterThan(last: Instant, now: Instant): Instant {
  return last < now ? now : instantOf(startMsOf(last, 'UTC') + 1)
}

/** What the person wants the survivor to look like, over what is computed. */
function withLaid(
  { resources }: ClusterApplied,
  { to, undo, message }: PersonsStatement,
  { get }: Pick<World, 'get'>,
): readonly Derived[] {
  const laid = undo?.[to]
  const changed = resources.find(one => one.resourceType === 'Patient' && one.id === to)
  const standing: Resource | undefined = changed ?? get({ type: 'Patient', id: to })
  if (!laid || !standing) return resources
  const named = { resourceType: 'Patient', id: to }
  const is = mergeElements(standing, { ...laid.before, ...named }, { ...laid.after, ...named }, message)
  return is ? [...resources.filter(one => one !== changed), is] : resources
}
