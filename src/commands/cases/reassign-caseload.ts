import { Type } from 'typebox'
import { fail, ok, type Failure, type Result } from '../../lib/result.ts'
import { bulkReassign, type Reassignment } from '../../care-plan/case/hand-over.ts'
import type { CaseState } from '../../care-plan/case/case.ts'
import {
  dateTimeField,
  managerField,
  organizationField,
  textField,
} from '../../care-plan/commands/payload.ts'
import type { Caller } from '../fhir/fhir-deps.ts'
import { caseIn, caseUnknown } from './case-compartment.ts'
import type { CaseDeps } from './case-deps.ts'
import { casesOf } from './caseload.ts'
import { inFuture } from './run-command.ts'
import { decisionOf, writeCase } from './write-case.ts'

/** Body of `POST /caseload/reassign`. */
export const reassignBody = Type.Object(
  {
    from: managerField('Who has the cases.'),
    to: managerField('Who gets them.'),
    reason: textField('Why; kept in the events and in Provenance.'),
    organization: Type.Optional(
      organizationField(
        'Organisation of the new manager, where it is another than the one that has the cases.',
      ),
    ),
    at: Type.Optional(dateTimeField('When it happened; now when left out.')),
  },
  { additionalProperties: false },
)

export interface CaseloadTransfer extends Reassignment {
  /** Time of the fact; now when absent. */
  readonly at?: string
}

/** What became of each case; the others of the manager are not touched by one that is refused. */
export interface TransferReport {
  readonly from: string
  readonly to: string
  readonly transferred: number
  readonly cases: readonly TransferredCase[]
}

export interface TransferredCase {
  readonly id: string
  readonly outcome: 'transferred' | 'refused'
  /** Of the case after it, when transferred. */
  readonly version?: string
  /** Why it was refused. */
  readonly code?: string
  readonly rule?: string
  readonly why?: string
}

const running: readonly CaseState[] = [
  'identified',
  'screened',
  'outreach',
  'open',
  'active',
  'on-hold',
  'closing',
]

/**
 * BulkReassign (domain.md 4.2): every case that has not ended goes from one manager to another, each handed over in a flush of
 * its own, with its duties and without a gap (I1). Sent again it does the rest. Failures: `at-in-future`, `case-condition`
 * when both are the same.
 */
export async function reassignCaseload(
  deps: CaseDeps,
  caller: Caller,
  transfer: CaseloadTransfer,
): Promise<Result<TransferReport>> {
  const future = inFuture(deps, transfer.at)
  if (future) return fail(future)
  const { from, to } = transfer
  if (from === to) return fail(sameManager)
  const cases: TransferredCase[] = []
  for (const { id } of await casesOf(deps, from, running)) {
    // oxlint-disable-next-line no-await-in-loop -- one flush a case, in order: a caseload must not crowd out others
    const done = await transferred(deps, caller, { ...transfer, id })
    if (done) cases.push(done)
  }
  return ok({ from, to, transferred: cases.filter(({ outcome }) => outcome === 'transferred').length, cases })
}

async function transferred(
  deps: CaseDeps,
  caller: Caller,
  { id, at, ...reassignment }: CaseloadTransfer & { readonly id: string },
): Promise<TransferredCase | undefined> {
  let isTheirs = true
  const written = await writeCase(deps, {
    caller,
    target: { caseId: id },
    name: 'BulkReassign',
    status: 200,
    ...(at !== undefined && { at }),
    reason: reassignment.reason,
    decide: scene => {
      const found = caseIn(id, scene.now(), scene.lenses)
      if (!found) return caseUnknown
      const decided = bulkReassign([found], reassignment, () => scene.context)
      if (!decided.ok) return decided
      const [own] = decided.value
      isTheirs = own !== undefined
      return own ? ok(decisionOf(found, own.events)) : caseUnknown
    },
  })
  // Somebody else took it in the meantime.
  if (!isTheirs) return undefined
  return written.ok
    ? { id, outcome: 'transferred', version: written.value.body.case.version }
    : { id, outcome: 'refused', ...whyOf(written.failure) }
}

const whyOf = ({ code, rule, message }: Failure): Pick<TransferredCase, 'code' | 'rule' | 'why'> => ({
  code,
  ...(rule !== undefined && { rule }),
  why: message,
})

const sameManager: Failure = {
  kind: 'business-rule',
  code: 'case-condition',
  message: 'A caseload goes to another manager than the one who has it.',
  expression: 'to',
}
