import { fail, ok, type Result } from '../../lib/result.ts'
import { legalCommands } from '../../care-plan/case/case.ts'
import { emptyFile, type CaseFile } from '../../care-plan/case/case-file.ts'
import type { OtherCases } from '../../care-plan/commands/command.ts'
import { evolveAll, type DomainEvent } from '../../care-plan/machines/domain-event.ts'
import { brokenRule } from '../../care-plan/invariants/invariant.ts'
import { invariants } from '../../care-plan/invariants/invariants.ts'
import { writeCaseFile } from '../../mappers/case/nouns/case-files.ts'
import type { Json } from '../../fhir/resource.ts'
import type { Caller } from '../fhir/fhir-deps.ts'
import { recordProvenance } from '../fhir/fhir-provenance.ts'
import type { CaseEventRow, Changes } from '../ports/store.ts'
import { caseUnknown, caseVersion } from './case-compartment.ts'
import type { CaseDeps } from './case-deps.ts'
import { openScene, type Scene, type SceneTarget } from './case-scene.ts'
import { answeredBefore, type Repeatable } from './idempotency.ts'
import { stageEffects, validated } from './stage-effects.ts'

/** One change of one case by a person or a system, at the door of the case API. */
export interface CaseWrite {
  readonly caller: Caller
  readonly target: SceneTarget
  /** Name of the command, for the record. */
  readonly name: string
  /** Time of the fact. */
  readonly at?: string
  readonly reason?: string
  readonly repeatable?: Repeatable
  /** Status of the answer. */
  readonly status: 200 | 201
  /** Decides over what stands; called again when somebody else was faster. */
  readonly decide: (scene: Scene) => Result<CaseDecision>
}

export interface CaseDecision {
  readonly caseId: string
  /** Undefined at the birth of a case. */
  readonly before: CaseFile | undefined
  readonly after: CaseFile
  readonly events: readonly DomainEvent[]
  /** Other cases of the patient that the decision changes too. */
  readonly others?: readonly { readonly before: CaseFile; readonly after: CaseFile }[]
}

/** What the caller is told, as JSON. */
export interface CaseAnswer {
  readonly case: { readonly id: string; readonly state: string; readonly version: string }
  readonly events: readonly EventAnswer[]
  /** References of everything that changed. */
  readonly resources: readonly string[]
}

export interface EventAnswer {
  readonly id: string
  readonly type: string
  readonly noun: string
  readonly nounId: string
  readonly at: string
  readonly recorded: string
  readonly actor: string
  readonly reason?: string
  readonly changes: Json
}

export interface Answered {
  readonly status: number
  readonly body: CaseAnswer
}

/** Decided again so often when others write the same case at the same time. */
const TRIES_MAX = 40
const LOCK_FROM_TRY = 3

/**
 * Writes a change of a case with everything that follows from it in one flush (architecture D2). Failures: those of the
 * decision, `rule-broken`, `idempotency-key-reused`, `case-resource-invalid`, `write-conflict`.
 */
export async function writeCase(deps: CaseDeps, write: CaseWrite): Promise<Result<Answered>> {
  const { caller, target, at } = write
  for (let tries = 1; tries <= TRIES_MAX; tries += 1) {
    const before = await answeredBefore(deps, write.repeatable)
    if (!before.ok) return before
    if (before.value) return ok(before.value as unknown as Answered)
    const lock = tries >= LOCK_FROM_TRY
    const scene = await openScene(deps, { ...caller, target, lock, ...(at !== undefined && { at }) })
    if (!scene.ok) return scene
    const staged = stage(deps, write, scene.value)
    if (!staged.ok) return staged
    const { changes, body } = staged.value
    const answer = { status: write.status, body }
    const flushed = await deps.store.flush({
      ...changes,
      ...(changes.writes.length > 0 && { said: [scene.value.guard] }),
      ...(write.repeatable && {
        answers: [{ ...write.repeatable, status: answer.status, body: body as unknown as Json }],
      }),
    })
    if (flushed.ok) return ok(answer)
  }
  return fail({
    kind: 'conflict',
    code: 'write-conflict',
    message: 'Others write the same case all the time; try again.',
  })
}

interface Staged {
  readonly changes: Changes
  readonly body: CaseAnswer
}

function stage(deps: CaseDeps, write: CaseWrite, scene: Scene): Result<Staged> {
  const decided = write.decide(scene)
  if (!decided.ok) return decided
  const { caseId, before, after, events, others = [] } = decided.value
  const { lenses, work } = scene
  for (const change of [{ before, after }, ...others]) {
    const broken = brokenRule(invariants, change, scene.context)
    if (broken) return fail({ ...broken, legal: legalCommands((change.before ?? change.after).case) })
    const unborn = emptyFile({ ...change.after.case, id: '' })
    const { resources: compartment } = scene.now()
    const was = change.before ?? unborn
    for (const resource of writeCaseFile({ before: was, after: change.after, compartment, lenses }))
      scene.put(resource)
  }
  stageEffects(deps, scene, `urn:casewire:command:${write.name}`)
  const valid = validated(deps, scene)
  if (!valid.ok) return valid
  const episode = work.get({ type: 'EpisodeOfCare', id: caseId })
  if (!episode) return caseUnknown
  const { state } = lenses.of('case').read(episode)
  const version = caseVersion(caseId, scene.now(), lenses)
  const resources = work.changedInStep()
  const { context } = scene
  const involved = new Set([caseId, ...others.map(one => one.after.case.id)])
  recordProvenance({
    deps,
    caller: write.caller,
    work,
    named: [...involved].map(id => ({ type: 'EpisodeOfCare', id })),
    told: {
      activity: write.name,
      at: context.at,
      ...(write.reason !== undefined && { reason: write.reason }),
    },
  })
  const changes = work.changes({
    events,
    at: context.at,
    ...(write.reason !== undefined && { reason: write.reason }),
  })
  return ok({
    changes,
    body: {
      case: { id: caseId, state, version },
      events: (changes.events ?? []).filter(row => involved.has(row.caseId)).map(eventAnswer),
      resources: resources.toSorted(),
    },
  })
}

/** An event as the API shows it. */
export function eventAnswer(row: CaseEventRow): EventAnswer {
  const { reason, changes } = row.body as { readonly reason?: string; readonly changes?: Json }
  return {
    id: row.id,
    type: row.type,
    noun: row.noun,
    nounId: row.nounId,
    at: row.at,
    recorded: row.recorded,
    actor: row.actor,
    ...(reason !== undefined && { reason }),
    changes: changes ?? {},
  }
}

/** What the decision of a command makes of its case file, and of other cases that it says something of. */
export function decisionOf(
  before: CaseFile,
  events: readonly DomainEvent[],
  caseNamed: OtherCases = () => undefined,
): CaseDecision {
  const caseId = before.case.id
  const isElsewhere = ({ noun, id }: DomainEvent): boolean => noun === 'case' && id !== caseId
  const others = Map.groupBy(events.filter(isElsewhere), ({ id }) => id)
  return {
    caseId,
    before,
    after: evolveAll(
      before,
      events.filter(event => !isElsewhere(event)),
    ),
    events,
    others: [...others].flatMap(([id, own]) => {
      const other = caseNamed(id)
      return other ? [{ before: other, after: evolveAll(other, own) }] : []
    }),
  }
}
