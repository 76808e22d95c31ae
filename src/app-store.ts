import type { Clock } from './lib/clock.ts'
import type { Store } from './commands/ports/store.ts'
import type { DatabaseConfig } from './config/environment.ts'
import type { Resource } from './fhir/resource.ts'
import { indexVersion } from './fhir/search/index-version.ts'
import { indexResource } from './fhir/search/index-resource.ts'
import { migrateEmbedded, migratePostgres, openEmbeddedStore, openPostgresStore } from './store/open-store.ts'

/** Opens what DATABASE_URL names, or the embedded database in DATA_DIR. `base` is the own FHIR base. */
export function openStore(
  { url, dataDir, prepare, migrate }: DatabaseConfig,
  clock: Clock,
  base: string,
): Promise<Store> {
  const index = (resource: Resource) => indexResource(resource, base)
  const common = {
    ...{ clock, indexResource: index, indexVersion: indexVersion() },
    migrate: migrate ? ('auto' as const) : ('off' as const),
  }
  return url === undefined
    ? openEmbeddedStore({ ...common, dataDir })
    : openPostgresStore({ ...common, databaseUrl: url, prepare })
}

/** Brings the schema up to date and gives the names of the migrations applied. */
export const migrateStore = ({ url, dataDir }: DatabaseConfig): Promise<readonly string[]> =>
  url === undefined ? migrateEmbedded(dataDir) : migratePostgres(url)

/** What is said to a person while the store opens, when that takes long. */
export const openingStep = ({ url, dataDir }: DatabaseConfig): string =>
  url === undefined
    ? `opening the embedded database in ${dataDir} (the first start creates it, about 5 s)`
    : 'connecting to PostgreSQL and bringing its schema up to date'
