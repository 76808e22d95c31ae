import { jsonVariable } from './json-config.ts'
import { sourcesSchema, type SourcesConfig } from './sources-schema.ts'

export const readSourcesConfig = jsonVariable<SourcesConfig>({
  name: 'SOURCES_CONFIG',
  schema: sourcesSchema,
  printedAs: 'sources',
})
