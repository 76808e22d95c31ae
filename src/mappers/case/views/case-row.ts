import type { Resource } from '../../../fhir/resource.ts'
import { listOf } from '../../../lib/list-of.ts'
import { objectOf, textOf } from '../lenses/json-edit.ts'
import type { NounLenses } from '../nouns/noun-lenses.ts'

/** A case as a list shows it, from its EpisodeOfCare alone. */
export function caseRow(episode: Resource, lenses: NounLenses): object {
  const { id, patient, state, caseType, acuity, manager, assigner, start, end, models, isWaitlisted } = lenses
    .of('case')
    .read(episode)
  const model = models.at(-1)
  return {
    ...{ id, patient, state, caseType, acuity, manager, assigner, start, end },
    status: textOf(episode['status']) ?? '',
    isWaitlisted,
    model: model ? { id: model.model, version: model.version, since: model.since } : null,
    flags: listOf(objectOf(episode.meta)['tag'])
      .map(objectOf)
      .filter(({ system }) => system === lenses.names.flag)
      .flatMap(({ code }) => textOf(code) ?? []),
    updated: episode.meta?.lastUpdated ?? '',
  }
}
