import { daysBetween } from '../lib/calendar-date.ts'
import { localDate } from '../lib/fhir-time.ts'
import { outcomeOf, type DischargeOutcome } from './disposition.ts'
import { endedInpatient, stayFacts, type Movement, type StayFacts } from './stay-facts.ts'
import type { Stay } from './stay.ts'

/** Stays that are one way through facilities: hospital -> rehabilitation -> home. */
export interface FacilityChain {
  readonly links: readonly FacilityLink[]
  /** Where the last discharge led; `ongoing` while the last stay lasts. */
  readonly end: Exclude<DischargeOutcome, 'still-patient'> | 'ongoing'
}

export interface FacilityLink {
  readonly encounter: string
  /** Id of the Organization, where the source names it. */
  readonly facility?: string
  readonly from: string
  readonly to?: string
  readonly disposition?: string
}

/** The inpatient stays of a patient in chains, oldest first. */
export function facilityChains(stays: readonly Stay[], timeZone: string): readonly FacilityChain[] {
  const facts = stayFacts(stays, timeZone)
  const chains: (readonly Movement[])[] = []
  for (const admission of facts.inpatientAdmissions) {
    const before = transferBefore(admission, facts, timeZone)
    const at = before ? chains.findIndex(chain => chain.at(-1)?.stay === before.stay) : -1
    if (at < 0) chains.push([admission])
    else chains[at] = [...(chains[at] ?? []), admission]
  }
  return chains.map(chain => chainOf(chain, facts))
}

/** The discharge to a facility or to acute care that an admission elsewhere goes on from: at most a day before. */
export function transferBefore(
  admission: Movement,
  { discharges }: Pick<StayFacts, 'discharges'>,
  timeZone: string,
): Movement | undefined {
  const last = discharges.findLast(
    end =>
      end.stay.encounter !== admission.stay.encounter && end.atMs <= admission.atMs && endedInpatient(end),
  )
  if (!last) return undefined
  const outcome = outcomeOf(last.disposition)
  const days = daysBetween(localDate(last.atMs, timeZone), localDate(admission.atMs, timeZone))
  return days <= 1 && (outcome === 'facility' || outcome === 'acute-transfer') ? last : undefined
}

function chainOf(admissions: readonly Movement[], { discharges }: StayFacts): FacilityChain {
  const links = admissions.map(({ stay, at }) => {
    const end = discharges.find(discharge => discharge.stay.encounter === stay.encounter)
    return {
      encounter: stay.encounter,
      ...(stay.facility !== undefined && { facility: stay.facility }),
      from: at,
      ...(end && { to: end.at }),
      ...(end?.disposition !== undefined && { disposition: end.disposition }),
    }
  })
  const last = links.at(-1)
  const outcome = last?.to === undefined ? 'ongoing' : outcomeOf(last.disposition)
  return { links, end: outcome === 'still-patient' ? 'ongoing' : outcome }
}
