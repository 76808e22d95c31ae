import { daysBetween } from '../../lib/calendar-date.ts'
import { localDate } from '../../lib/fhir-time.ts'
import { outcomeOf, type DischargeOutcome } from './disposition.ts'
import { endedInpatient, stayFacts, type Movement, type StayFacts } from './stay-facts.ts'
import type { Stay, StayClass } from './stay.ts'

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
  const residents = facilityStays(facts, timeZone)
  for (const admission of arrivalsIn(facts, residents)) {
    const before = transferBefore(admission, facts, timeZone, residents)
    const at = before ? chains.findIndex(chain => chain.at(-1)?.stay === before.stay) : -1
    if (at < 0) chains.push([admission])
    else chains[at] = [...(chains[at] ?? []), admission]
  }
  return chains.map(chain => chainOf(chain, facts))
}

/** The first admission of each inpatient stay and of each in a facility, in effective order. */
const arrivalsIn = (
  { live, inpatientAdmissions }: Pick<StayFacts, 'live' | 'inpatientAdmissions'>,
  residents: ReadonlySet<Stay>,
): readonly Movement[] =>
  residents.size === 0
    ? inpatientAdmissions
    : live.filter(
        (movement, i) =>
          inpatientAdmissions.includes(movement) ||
          (residents.has(movement.stay) && live.findIndex(({ stay }) => stay === movement.stay) === i),
      )

/** The discharge to a facility or to acute care that an admission elsewhere goes on from: at most a day before. */
export function transferBefore(
  admission: Movement,
  { discharges }: Pick<StayFacts, 'discharges'>,
  timeZone: string,
  residents: ReadonlySet<Stay> = new Set(),
): Movement | undefined {
  const last = discharges.findLast(
    end =>
      end.stay.encounter !== admission.stay.encounter &&
      end.atMs <= admission.atMs &&
      (endedInpatient(end) || residents.has(end.stay)),
  )
  return last && leadsTo(last, admission, timeZone) ? last : undefined
}

/** From one institution to the next: at most a day lies between. */
function leadsTo(end: Movement, arrival: Movement, timeZone: string): boolean {
  const days = daysBetween(localDate(end.atMs, timeZone), localDate(arrival.atMs, timeZone))
  return days <= 1 && isToFacility(end)
}

function isToFacility({ disposition }: Movement): boolean {
  const outcome = outcomeOf(disposition)
  return outcome === 'facility' || outcome === 'acute-transfer'
}

/** Classes that a nursing home or a rehabilitation centre may give its residents. */
const residential: ReadonlySet<StayClass> = new Set(['other', 'outpatient'])

/**
 * Stays that no inpatient class tells of and that go on from a discharge to a facility: the patient was admitted, not only
 * registered, within a day of it and stayed over night. Who leaves from there is discharged as from any stay.
 */
export function facilityStays(
  { live, discharges }: Pick<StayFacts, 'live' | 'discharges'>,
  timeZone: string,
): ReadonlySet<Stay> {
  const found = new Set<Stay>()
  if (!discharges.some(isToFacility)) return found
  const seen = new Set<Stay>()
  for (const arrival of live) {
    const { stay } = arrival
    if (seen.has(stay) || arrival.kind === 'pre-admission') continue
    seen.add(stay)
    if (
      arrival.kind !== 'admission' ||
      !residential.has(stay.class) ||
      isOverInADay(arrival, discharges, timeZone)
    )
      continue
    if (transferBefore(arrival, { discharges }, timeZone, found)) found.add(stay)
  }
  return found
}

/** A clinic visit. */
function isOverInADay(arrival: Movement, discharges: readonly Movement[], timeZone: string): boolean {
  const end = discharges.find(({ stay }) => stay === arrival.stay)
  return end !== undefined && localDate(end.atMs, timeZone) === localDate(arrival.atMs, timeZone)
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
