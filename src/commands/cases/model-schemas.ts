import { Type } from 'typebox'
import {
  cloneSchema,
  modelContentSchema,
  modelIdSchema,
  modelSchema,
  modelVersionSchema,
} from '../../care-plan/models/model-schema.ts'

/** The schemas of models for the routes, which see the domain through this room only. */
export const modelParts = {
  id: modelIdSchema,
  version: modelVersionSchema,
  model: modelSchema,
  /** A content, with what a reading of the draft says beside it. */
  content: Type.Object(
    {
      ...modelContentSchema.properties,
      id: Type.Optional(modelIdSchema),
      version: Type.Optional(modelVersionSchema),
      state: Type.Optional(modelSchema.properties.state),
      planDefinition: Type.Optional(Type.String({ description: 'As it was read.' })),
    },
    { additionalProperties: false },
  ),
  clone: cloneSchema,
} as const
