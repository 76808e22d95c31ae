import type { NounName } from '../../../src/care-plan/case/case-file.ts'
import { mintIds } from '../../../src/commands/work/mint-ids.ts'
import type { Store } from '../../../src/commands/ports/store.ts'
import { openWork } from '../../../src/commands/work/unit-of-work.ts'
import { withCaseLink } from '../../../src/mappers/case/nouns/case-link.ts'
import { nounLenses } from '../../../src/mappers/case/nouns/noun-lenses.ts'

export interface SeededCase {
  readonly id: string
  readonly patient: string
  readonly goals: readonly string[]
}

const CM = 'https://casewire.example/fhir'
const AT = '2026-10-05T12:00:00Z'
const ids = mintIds({ nowMs: () => Date.now() })

type State = Readonly<Record<string, unknown>>

/** What a case is made of, by how often, of every hundred resources. */
const mix: readonly {
  readonly noun: NounName
  readonly share: number
  readonly state: (n: number) => State
}[] = [
  {
    noun: 'goal',
    share: 20,
    state: n => ({ state: 'active', text: `Goal ${n}`, needs: [], acceptances: [] }),
  },
  { noun: 'need', share: 15, state: n => ({ state: 'addressed', text: `Need ${n}`, evidence: [] }) },
  {
    noun: 'activity',
    share: 20,
    state: n => ({
      ...{ state: 'scheduled', kind: 'service', text: `Service ${n}`, days: [], goals: [], needs: [] },
      ...{ after: [], performances: [] },
    }),
  },
  {
    noun: 'contact',
    share: 20,
    state: () => ({
      ...{ state: 'made', kind: 'phone', at: AT, minutes: 20, outcome: 'reached', topics: [], redFlags: [] },
    }),
  },
  {
    noun: 'score',
    share: 25,
    state: n => ({
      ...{ state: 'final', measure: 'phq-9', value: String(n % 27), inputs: [], derivedFrom: [], at: AT },
    }),
  },
]

/** Writes a running case of so many resources straight into the store. */
export async function seedCase(store: Store, shard: number, resources: number): Promise<SeededCase> {
  const [patient, id] = [ids.mint(shard), ids.mint(shard)]
  const lenses = nounLenses(CM)
  const context = { tenant: 1, lane: shard % store.lanes, at: AT, actor: 'Device/bench', targets: [] }
  const work = openWork(context, [])
  const put = (noun: NounName, nounId: string, fields: State): void => {
    const lens = lenses.of(noun)
    const state = { id: nounId, ...fields } as never
    const blank = withCaseLink(lens.blank({ id: nounId, caseId: id, patient }, state), id, lenses.names)
    work.put({ ...lens.write(blank, state), id: nounId }, { shard })
  }
  work.put({ resourceType: 'Patient', id: patient, name: [{ family: 'Bench' }] }, { shard })
  put('case', id, {
    ...{ patient, state: 'open', isWaitlisted: false, caseType: 'chronic', start: AT, openedAt: AT },
    ...{ models: [], outreach: [], overrides: [], isContactProhibited: false },
  })
  const goals: string[] = []
  const counts = mix.map(({ share }) => Math.round(((resources - 1) * share) / 100))
  for (const [index, { noun, state }] of mix.entries()) {
    for (let n = 0; n < (counts[index] ?? 0); n += 1) {
      const nounId = ids.mint(shard)
      if (noun === 'goal') goals.push(nounId)
      put(noun, nounId, state(n))
    }
  }
  const flushed = await store.flush(work.changes())
  if (!flushed.ok) throw new Error('seeding met a conflict')
  return { id, patient, goals }
}
