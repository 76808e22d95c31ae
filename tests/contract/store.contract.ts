import { expect, test } from 'vitest'
import { caseEventsContract } from './store/case-events-contract.ts'
import { conflictsContract } from './store/conflicts-contract.ts'
import { linksContract } from './store/links-contract.ts'
import { loadingContract } from './store/loading-contract.ts'
import { queuesContract } from './store/queues-contract.ts'
import { resourcesContract } from './store/resources-contract.ts'
import { storeTrial, type OpenStore } from './store/store-trial.ts'
import { timeTravelContract } from './store/time-travel-contract.ts'

/** What every back end of the store promises to its callers; `open` makes an empty store. */
export function storeContract(open: OpenStore): void {
  const trial = storeTrial(open)
  resourcesContract(trial)
  conflictsContract(trial)
  loadingContract(trial)
  queuesContract(trial)
  linksContract(trial)
  timeTravelContract(trial)
  caseEventsContract(trial)

  test('the store says that it answers', async () => {
    await expect(trial.store().ping()).resolves.toBeUndefined()
  })
}
