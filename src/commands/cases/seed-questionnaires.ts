import { derivedId, shardOfKey } from '../../lib/ids.ts'
import { instantOf } from '../../lib/clock.ts'
import { instruments, versionedId } from '../../care-plan/instruments/registry.ts'
import type { Instrument } from '../../care-plan/instruments/instrument.ts'
import { questionnaireOf } from '../../mappers/case/lenses/questionnaire.ts'
import { openWork } from '../work/unit-of-work.ts'
import type { CaseDeps } from './case-deps.ts'

type Deps = Pick<CaseDeps, 'store' | 'clock' | 'tenant' | 'canonicalBase' | 'targets'>

/**
 * Writes the Questionnaires of the shipped instruments that the store has never had, so that FHIR readers find what
 * answers name. Ids are derived, so a second start, or a second process, writes nothing; a new version of an instrument
 * is a new Questionnaire beside the old one.
 */
export async function seedQuestionnaires({
  store,
  clock,
  tenant,
  canonicalBase,
  targets,
}: Deps): Promise<void> {
  const placed = instruments.map(instrument => ({ instrument, id: questionnaireId(tenant, instrument) }))
  const keys = placed.map(({ id }) => ({ type: 'Questionnaire', id }))
  const loaded = await store.load({ tenant, lane: 0, keys })
  const work = openWork(
    {
      ...{ tenant, lane: 0, at: instantOf(clock.nowMs()) },
      ...{ actor: 'Device/casewire', requestId: 'start', targets },
    },
    loaded.resources,
  )
  const missing = placed.filter(({ id }) => work.loadedVersion({ type: 'Questionnaire', id }) === 0)
  for (const { instrument, id } of missing) {
    const shard = shardOf(tenant, instrument)
    work.put({ ...questionnaireOf(instrument, canonicalBase), id }, { shard })
  }
  // Somebody else being faster is as good.
  if (missing.length > 0) await store.flush({ ...work.changes(), outbox: [] })
}

const shardOf = (tenant: number, { id }: Instrument): number => shardOfKey(tenant, `Questionnaire/${id}`)

const questionnaireId = (tenant: number, instrument: Instrument): string =>
  derivedId(shardOf(tenant, instrument), tenant, 'Questionnaire', versionedId(instrument))
