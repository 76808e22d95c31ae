import { expect, it } from 'vitest'
import { explainAt } from '../bench/fhir/explain.ts'
import { describeWith, freshDatabase } from '../support/real-servers.ts'

const isLong = process.env['CASEWIRE_LONG'] === '1'

describeWith(['postgres'], 'plans of searches at a million resources', () => {
  it.runIf(isLong)(
    'every form of search finds what it needs by an index',
    async () => {
      await using database = await freshDatabase()
      const forms = await explainAt(database.url, 1_000_000)
      const scanning = forms.filter(({ scans }) => scans.some(scan => scan.includes('Seq Scan')))
      expect(scanning.map(({ search }) => search)).toEqual([])
      expect(forms.flatMap(({ scans }) => scans).filter(scan => scan.startsWith('_explain was'))).toEqual([])
    },
    3_600_000,
  )
})
