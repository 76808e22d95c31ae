import { expect } from 'vitest'
import type { Teller } from './teller.ts'

/** A duty as `GET /cases/{id}/obligations` explains it. */
export interface Duty {
  readonly id: string
  readonly rule: string
  readonly says: string
  readonly source: string
  readonly trigger: {
    readonly kind: string
    readonly id: string
    readonly says: string
    readonly message?: string
  }
  readonly arithmetic?: string
  readonly due?: string
  readonly state: string
  readonly status: string
  readonly statusReason?: string
  readonly outputs: readonly string[]
}

export const duties = async ({ get }: Teller): Promise<readonly Duty[]> =>
  (await get('/cases/$CASE/obligations')).obligations

/** `state day` of every duty of a rule, in order of due time; the local day of the due time. */
export const linesOf = async (teller: Teller, rule: string): Promise<readonly string[]> =>
  (await duties(teller))
    .filter(duty => duty.rule === rule)
    .map(({ state, due = '' }) => `${state} ${due.slice(0, 10)}`)

/** The duty of a rule that is due on a day. */
export async function dutyOn(teller: Teller, rule: string, day: string): Promise<Duty> {
  const found = (await duties(teller)).filter(duty => duty.rule === rule && duty.due?.startsWith(day))
  expect(found, `${rule} due ${day} among ${(await linesOf(teller, rule)).join(', ')}`).toHaveLength(1)
  return found[0] as Duty
}

/** Keeps the id of a duty under a name. */
export async function keepDuty(teller: Teller, name: string, [rule, day]: readonly [string, string]) {
  teller.kept.set(name, (await dutyOn(teller, rule, day)).id)
}

// eslint-disable-next-line typescript/no-explicit-any -- tests look into resources of any shape
type Any = any

/** A resource as it stands. */
export const read = (teller: Teller, reference: string): Promise<Any> => teller.get(`/fhir/${reference}`)

/** What a FHIR search finds. */
export async function search(teller: Teller, query: string): Promise<readonly Any[]> {
  const bundle = await teller.get(`/fhir/${query}`)
  return ((bundle.entry ?? []) as readonly { readonly resource: Any }[]).map(({ resource }) => resource)
}

/** Codes of a concept. */
export const codesOf = (concept: Any): readonly string[] =>
  ((concept?.coding ?? []) as readonly { readonly code: string }[]).map(({ code }) => code)

interface Inputs {
  readonly method: string
  readonly encounter?: string
  readonly value?: string | number
  readonly inputs: readonly { readonly name: string; readonly value: string }[]
}

/** `value = points + points + ...` of a risk score. */
export const sumIn = ({ value, inputs }: Inputs): string =>
  `${value ?? '?'} = ${inputs
    .filter(({ name }) => name.endsWith('-points'))
    .map(one => one.value)
    .join(' + ')}`

/** The sums of a method for a visit, as `GET /cases/{id}/risk` has them. */
export async function riskOf(teller: Teller, method: string, encounter: string): Promise<readonly string[]> {
  const { all } = await teller.get('/cases/$CASE/risk')
  return (all as readonly Inputs[])
    .filter(one => one.method === method && one.encounter === encounter)
    .map(sumIn)
}

/** T scores of the patient’s ratings, oldest first. */
export async function tScores(teller: Teller): Promise<readonly string[]> {
  const events = await timeline(teller)
  return events
    .filter(({ type }) => type === 'GoalAttainmentScored')
    .map(({ changes }) => (changes as { readonly value: string }).value)
}

export interface Told {
  readonly type: string
  readonly noun: string
  readonly nounId: string
  readonly at: string
  readonly recorded: string
  readonly actor: string
  readonly reason?: string
  readonly changes: object
}

/** Everything that happened, oldest first. */
export async function timeline(teller: Teller): Promise<readonly Told[]> {
  const told: Told[] = []
  for (let next = ''; ;) {
    const page = await teller.get(`/cases/$CASE/timeline?count=500${next}`)
    told.push(...(page.events as readonly Told[]))
    if (page.next === undefined) return told
    next = `&next=${page.next}`
  }
}
