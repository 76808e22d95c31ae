import { bundleChecks } from './bundles.ts'
import { clientOf, Failed, Skipped, type Check } from './check.ts'
import { conditionalChecks } from './conditional.ts'
import { crudChecks } from './crud.ts'
import { historyChecks } from './history.ts'
import { httpChecks } from './http.ts'
import { operationChecks } from './operations.ts'
import { patchChecks } from './patch.ts'
import { preferChecks } from './prefer.ts'
import { searchChecks } from './search-results.ts'
import { usCoreChecks } from './us-core.ts'
import { vreadDeleteChecks } from './vread-delete.ts'

export const checks: readonly Check[] = [
  ...[
    ...httpChecks,
    ...crudChecks,
    ...vreadDeleteChecks,
    ...historyChecks,
    ...conditionalChecks,
    ...preferChecks,
    ...patchChecks,
    ...bundleChecks,
  ],
  ...[...searchChecks, ...operationChecks, ...usCoreChecks],
]

export interface Verdict {
  readonly check: Check
  readonly is: 'pass' | 'fail' | 'skipped'
  /** Why not, for the other two. */
  readonly because?: string
}

/** Asks a server every question, one after the other; what can't be asked is told, never left out. */
export async function verdictsOf(
  base: string,
  {
    token,
    only,
    tell,
  }: {
    readonly token?: string | undefined
    readonly only?: string | undefined
    readonly tell: (verdict: Verdict) => void
  },
): Promise<readonly Verdict[]> {
  const client = clientOf(base.replace(/\/$/, ''), token)
  const verdicts: Verdict[] = []
  for (const check of checks.filter(({ id }) => only === undefined || id.includes(only))) {
    const verdict = await verdictOf(check, client)
    verdicts.push(verdict)
    tell(verdict)
  }
  return verdicts
}

async function verdictOf(check: Check, client: ReturnType<typeof clientOf>): Promise<Verdict> {
  try {
    await check.run(client)
    return { check, is: 'pass' }
  } catch (error) {
    if (error instanceof Skipped) return { check, is: 'skipped', because: error.message }
    if (error instanceof Failed) return { check, is: 'fail', because: error.message }
    return { check, is: 'fail', because: `no answer that can be read: ${(error as Error).message}` }
  }
}
