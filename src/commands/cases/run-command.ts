import { startMsOf } from '../../lib/fhir-time.ts'
import { fail, ok, type Failure, type Result } from '../../lib/result.ts'
import type { CaseFile } from '../../care-plan/case/case-file.ts'
import { legalCommands } from '../../care-plan/case/case.ts'
import { commands } from '../../care-plan/commands/commands.ts'
import { beforePast } from '../../care-plan/commands/earliest-at.ts'
import { modelCommands } from '../../care-plan/commands/model-commands.ts'
import type { Caller } from '../fhir/fhir-deps.ts'
import { caseIn, caseUnknown, caseVersion } from './case-compartment.ts'
import type { CaseDeps } from './case-deps.ts'
import { versionStale } from './case-etag.ts'
import type { Repeatable } from './idempotency.ts'
import { shownOutput } from './shown-output.ts'
import { atMalformed } from './view-case.ts'
import { decisionOf, writeCase, type Answered } from './write-case.ts'

/** A command as it came in; the payload is checked against the command's schema by the door. */
export interface CommandRequest {
  readonly caseId: string
  readonly name: string
  readonly payload: Readonly<Record<string, unknown>>
  /** Time of the fact; now when absent. */
  readonly at?: string
  readonly reason?: string
  /** Header If-Match. */
  readonly ifMatch?: string
  readonly repeatable?: Repeatable
}

/**
 * Runs a command on a case. Failures: `command-unknown`, `case-unknown`, `output-unknown`, `at-in-future`, `at-before-past`, `version-stale`,
 * `if-match-malformed`, those of the command and of `writeCase`.
 */
export async function runCommand(
  deps: CaseDeps,
  caller: Caller,
  request: CommandRequest,
): Promise<Result<Answered>> {
  const command = commands.get(request.name)
  if (!command) return fail(commandUnknown())
  const future = inFuture(deps, request.at)
  if (future) return fail(future)
  // Another process may have published the model a moment ago.
  if (modelCommands.includes(command)) await deps.registry.refresh()
  const { output } = request.payload
  if (command.name === 'CompleteObligation' && typeof output === 'string') {
    const shown = await shownOutput(deps, request.caseId, output)
    if (!shown.ok) return shown
  }
  const { at, reason, repeatable } = request
  return writeCase(deps, {
    caller,
    target: { caseId: request.caseId },
    name: command.name,
    status: 200,
    ...(at !== undefined && { at }),
    ...(reason !== undefined && { reason }),
    ...(repeatable && { repeatable }),
    decide: scene => {
      const caseNamed = (id: string): CaseFile | undefined => caseIn(id, scene.now(), scene.lenses)
      const file = caseNamed(request.caseId)
      if (!file) return caseUnknown
      const stale = versionStale(request.ifMatch, () =>
        caseVersion(request.caseId, scene.now(), scene.lenses),
      )
      if (stale) return fail(stale)
      const events = command.decide(file, request.payload, scene.context, caseNamed)
      if (!events.ok) return fail(withLegal(events.failure, file))
      const early = at === undefined ? undefined : beforePast(file, events.value, scene.context)
      if (early) return fail(early)
      const said = reason === undefined ? events.value : events.value.map(event => ({ reason, ...event }))
      return ok(decisionOf(file, said, caseNamed))
    },
  })
}

/** A refusal by a condition or a rule says, too, what the state of the case allows. */
const withLegal = (failure: Failure, { case: root }: CaseFile): Failure =>
  failure.kind === 'business-rule' && failure.legal === undefined
    ? { ...failure, legal: legalCommands(root) }
    : failure

/** Clocks differ by so much. */
const SKEW_MS = 60_000

/** Only what has happened is recorded. Failures: `at-in-future`, `at-malformed` for a day that there is not. */
export function inFuture(
  { clock, timeZone }: Pick<CaseDeps, 'clock' | 'timeZone'>,
  at: string | undefined,
): Failure | undefined {
  if (at === undefined) return undefined
  const atMs = startMsOf(at, timeZone)
  if (Number.isNaN(atMs)) return { ...atMalformed, expression: 'at' }
  if (atMs <= clock.nowMs() + SKEW_MS) return undefined
  return {
    kind: 'invalid',
    code: 'at-in-future',
    message: 'The time of the fact is no time that has passed: `at` says when it happened, with an offset.',
    expression: 'at',
  }
}

export const commandUnknown = (): Failure => ({
  kind: 'not-found',
  code: 'command-unknown',
  message: 'There is no command of this name; `legal` lists those that there are.',
  legal: [...commands.keys()].toSorted(),
})
