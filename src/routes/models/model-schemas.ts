import { Type } from 'typebox'
import { modelParts } from '../../commands/cases/model-schemas.ts'
import { actorHeader, ifMatchHeader } from '../header-schemas.ts'

const { id, version, model } = modelParts

export const modelParams = Type.Object({ id })
export const versionParams = Type.Object({ id, version })

export const versionQuery = Type.Object({ version: Type.Optional(version) }, { additionalProperties: false })

export const modelListQuery = Type.Object(
  {
    state: Type.Optional(
      Type.Enum(['draft', 'published', 'retired'], { description: 'Only versions in this state.' }),
    ),
  },
  { additionalProperties: false },
)

/** A version of a model as it is answered. */
export const modelAnswer = Type.Object({
  ...model.properties,
  planDefinition: Type.String({
    description:
      'Id of its PlanDefinition in the FHIR API; what is shipped is written there at the first start.',
  }),
})

export const modelList = Type.Object({ models: Type.Array(modelAnswer) })

export const modelHeaders = Type.Object({
  'x-actor': actorHeader,
  'if-match': ifMatchHeader('ETag of the version as you saw it: 412 when it has changed since.'),
})

export const reasonBody = Type.Object(
  {
    reason: Type.Optional(
      Type.String({ description: 'Why; kept in Provenance.', minLength: 1, maxLength: 2000, pattern: '\\S' }),
    ),
  },
  { additionalProperties: false },
)
