import type { Resource } from '../../../fhir/resource.ts'
import { textOf } from '../lenses/json-edit.ts'
import type { CaseScene } from './case-scene.ts'

type Located = Pick<CaseScene, 'compartment' | 'file'>

const episodeOf = ({ compartment, file }: Located): Resource | undefined =>
  compartment.find(({ resourceType, id }) => resourceType === 'EpisodeOfCare' && id === file.case.id)

/** EpisodeOfCare.status as FHIR clients see it. */
export const statusOfEpisode = (scene: Located): string => textOf(episodeOf(scene)?.['status']) ?? ''
