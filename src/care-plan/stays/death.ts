import { spanOf, zonedTextOf } from '../../lib/fhir-time.ts'
import { outcomeOf } from './disposition.ts'
import type { Movement, StayFacts } from './stay-facts.ts'

/** That and when a patient died, as the facts have it now. */
export interface Death {
  readonly atMs: number
  /** dateTime with time and offset. */
  readonly at: string
  readonly recorded: string
  /** Encounter in which it happened, when a discharge said so. */
  readonly encounter?: string
  readonly message?: string
}

export interface DeathFacts {
  readonly stays: StayFacts
  /** Patient.deceased; without `at` only the fact is known, inexact = `at` is when it was told. */
  readonly deceased?: { readonly at?: string; readonly isInexact?: boolean }
  /** When people ended a case by the patient's death. */
  readonly recordedMs?: readonly number[]
  readonly timeZone: string
}

/**
 * The earliest time that any source gives: a discharge as expired, Patient.deceased (a bare date is over at its end), or a
 * case that people ended by it. When only the fact is known, it counts from when it was told, as long as no discharge says
 * more; when not even that is known, the patient lived until the last thing that happened.
 */
export function deathOf(facts: DeathFacts): Death | undefined {
  const noted = notedDeath(facts)
  const recordedMs = Math.min(...(facts.recordedMs ?? []))
  return Number.isFinite(recordedMs) && !(noted && noted.atMs <= recordedMs)
    ? deathAt(recordedMs, facts.timeZone)
    : noted
}

function notedDeath({ stays, deceased, timeZone }: DeathFacts): Death | undefined {
  const expired = expiredDischarges(stays.discharges)[0]
  const stated = deceased?.at === undefined ? undefined : spanOf(deceased.at, timeZone)
  const said = stated && deathAt(deceased?.at?.includes('T') ? stated.startMs : stated.endMs, timeZone)
  const noted = expired && {
    atMs: expired.atMs,
    at: expired.at,
    recorded: expired.recorded,
    encounter: expired.stay.encounter,
    message: expired.message,
  }
  if (said && noted) return deceased?.isInexact !== true && said.atMs < noted.atMs ? said : noted
  if (said ?? noted) return said ?? noted
  const last = deceased && stays.live.at(-1)
  return last && { atMs: last.atMs, at: last.at, recorded: last.recorded }
}

/** A discharge as expired that was taken back: the patient was once thought dead. Latest first in effective order. */
export const withdrawnDeath = (stays: StayFacts): Movement | undefined =>
  expiredDischarges(stays.withdrawnDischarges).at(-1)

const expiredDischarges = (discharges: readonly Movement[]): readonly Movement[] =>
  discharges.filter(({ disposition }) => outcomeOf(disposition) === 'expired')

function deathAt(atMs: number, timeZone: string): Death {
  const at = zonedTextOf(atMs, timeZone)
  return { atMs, at, recorded: at }
}
