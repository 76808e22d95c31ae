import { shardInId, shardOfKey } from '../../lib/ids.ts'

/** Where everything about a patient lives, the patient known or not: the shard in its id, else the one its id hashes to. */
export const shardOfSubject = (tenant: number, patient: string): number =>
  shardInId(patient) ?? shardOfKey(tenant, `Patient/${patient}`)
