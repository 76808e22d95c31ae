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
  content: modelContentSchema,
  clone: cloneSchema,
} as const
