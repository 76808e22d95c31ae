import { openGuardedServer } from '../support/guarded-server.ts'
import { accessMatrixContract } from './auth/access-matrix-contract.ts'

accessMatrixContract(() => openGuardedServer())
