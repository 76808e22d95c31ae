import { accessMatrixContract } from '../contract/auth/access-matrix-contract.ts'
import { auditContract } from '../contract/auth/audit-contract.ts'
import { tenantsContract } from '../contract/auth/tenants-contract.ts'
import { openGuardedServer, type GuardedServer } from '../support/guarded-server.ts'
import { describeWith, freshDatabase } from '../support/real-servers.ts'

async function open(environment: Readonly<Record<string, string>> = {}): Promise<GuardedServer> {
  const database = await freshDatabase()
  const server = await openGuardedServer({ ...environment, DATABASE_URL: database.url })
  return {
    ...server,
    close: async () => {
      await server.close()
      await database[Symbol.asyncDispose]()
    },
  }
}

/** Of some 2,000 requests of the matrix each fourth. */
describeWith(['postgres'], 'who may see what on PostgreSQL', () => accessMatrixContract(open, { every: 4 }))
describeWith(['postgres'], 'tenants on PostgreSQL', () => tenantsContract(open))
describeWith(['postgres'], 'the audit on PostgreSQL', () => auditContract(open))
