import type { Account } from '@medplum/fhirtypes'
import { rowsFor, segmentMap } from '../rows.ts'
import { cxToIdentifier } from '../types/cx-identifier.ts'

const row = rowsFor<Account>()

/** PID -> Account, in the guide's order, over the register's entry of the account, whose first field PID-18 is. */
export const pidAccount = segmentMap(
  'PID[Account]',
  ['identifier'],
  [
    row({
      v2: 'PID-18',
      to: 'identifier',
      via: 'CX[Identifier]',
      value: (cx, { context, at }) => cxToIdentifier(cx, context, at, 'AN'),
    }),
  ],
)
