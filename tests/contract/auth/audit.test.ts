import { openGuardedServer } from '../../support/guarded-server.ts'
import { auditContract } from './audit-contract.ts'

auditContract(openGuardedServer)
