import { fail, ok, type Result } from '../../lib/result.ts'
import { emptyFile } from '../../care-plan/case/case-file.ts'
import { caseIdentified, identifyCase, type IdentifyCase } from '../../care-plan/case/identify-case.ts'
import type { Caller } from '../fhir/fhir-deps.ts'
import type { CaseDeps } from './case-deps.ts'
import type { Repeatable } from './idempotency.ts'
import { inFuture } from './run-command.ts'
import { writeCase, type Answered } from './write-case.ts'

/** A case to be opened by a person or a system; cases that admissions open have ids of their own (ADR 6). */
export interface CreateRequest {
  readonly payload: IdentifyCase
  readonly at?: string
  readonly repeatable?: Repeatable
}

/** Failures: `patient-unknown`, `at-in-future` and those of `writeCase`. */
export async function createCase(
  deps: CaseDeps,
  caller: Caller,
  { payload, at, repeatable }: CreateRequest,
): Promise<Result<Answered>> {
  const future = inFuture(deps, at)
  if (future) return fail(future)
  return writeCase(deps, {
    caller,
    target: { patient: payload.patient },
    name: 'IdentifyCase',
    status: 201,
    ...(at !== undefined && { at }),
    reason: payload.reason,
    ...(repeatable && { repeatable }),
    decide: ({ work, context }) => {
      if (!work.get({ type: 'Patient', id: payload.patient })) return patientUnknown
      const root = identifyCase(payload, context)
      if (!root.ok) return root
      const after = emptyFile(root.value)
      return ok({ caseId: root.value.id, before: undefined, after, events: [caseIdentified(root.value)] })
    },
  })
}

const patientUnknown = fail({
  kind: 'unprocessable',
  code: 'patient-unknown',
  message: 'There is no Patient with this id: write it first, by ADT or FHIR.',
  expression: 'patient',
})
