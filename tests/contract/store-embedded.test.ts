import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe } from 'vitest'
import { openEmbeddedStore } from '../../src/store/open-store.ts'
import { storeContract } from './store.contract.ts'
import { contractIndexer } from './store/store-trial.ts'

describe('the embedded store', () => {
  storeContract(async clock => {
    const dataDir = mkdtempSync(join(tmpdir(), 'cw-store-'))
    const store = await openEmbeddedStore({
      dataDir,
      clock: { nowMs: () => clock.nowMs() },
      indexResource: contractIndexer,
      migrate: 'auto',
    })
    return {
      store,
      other: store,
      close: async () => {
        await store.close()
        rmSync(dataDir, { recursive: true, force: true })
      },
    }
  })
})
