import { openGuardedServer } from '../../support/guarded-server.ts'
import { tenantsContract } from './tenants-contract.ts'

tenantsContract(openGuardedServer)
