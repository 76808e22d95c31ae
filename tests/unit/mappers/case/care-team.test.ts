import { describe, expect, it } from 'vitest'
import type { Resource } from '../../../../src/fhir/resource.ts'
import { validateResource } from '../../../../src/fhir/validation/validate-resource.ts'
import type { Stay } from '../../../../src/care-plan/stays/stay.ts'
import { managerOf } from '../../../support/case-stories.ts'
import {
  admission,
  after,
  CM,
  discharge,
  emptyWorld,
  only,
  PATIENT,
  put,
  stay,
  tasksOf,
  written,
  type World,
} from '../../../support/case-world.ts'

const inside: readonly Stay[] = [stay('e1', [admission('2026-10-05T18:30:00')])]
const left: readonly Stay[] = [
  stay('e1', [admission('2026-10-05T18:30:00'), discharge('2026-10-10T10:30:00', '01')]),
]
const treats = (code: string, who: string) => ({
  type: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType', code }] }],
  individual: { reference: `Practitioner/${who}` },
})
const encounter = (more: object = {}): Resource => ({
  resourceType: 'Encounter',
  id: 'e1',
  status: 'in-progress',
  class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'IMP' },
  subject: { reference: `Patient/${PATIENT}` },
  participant: [treats('ATND', 'gray'), treats('CON', 'reed'), treats('PART', 'clerk')],
  period: { start: '2026-10-05T18:30:00-04:00' },
  ...more,
})
const over = encounter({
  status: 'finished',
  period: { start: '2026-10-05T18:30:00-04:00', end: '2026-10-10T10:30:00-04:00' },
})
const told = (world: World, stays: readonly Stay[], visit: Resource): World =>
  after({ compartment: put(world.compartment, [visit]) }, stays)
const opened = (world: World): World => {
  const managed = written(world, [managerOf(world, 'Practitioner/noor', '2026-10-13T09:00:00-04:00')])
  const episode = only(managed, 'EpisodeOfCare')
  const mark = { url: `${CM}/StructureDefinition/opened-at`, valueDateTime: '2026-10-13T09:30:00-04:00' }
  return {
    compartment: put(managed.compartment, [
      {
        ...episode,
        extension: [...(episode['extension'] as object[]), mark],
        managingOrganization: { reference: 'Organization/plan' },
      },
    ]),
  }
}
interface Row {
  readonly member: { readonly reference: string }
  readonly role: readonly { readonly coding: readonly { readonly code: string }[] }[]
  readonly period?: { readonly start?: string; readonly end?: string }
  readonly onBehalfOf?: object
}
const rowsOf = (world: World) => only(world, 'CareTeam')['participant'] as readonly Row[]
const linesOf = (world: World) =>
  rowsOf(world).map(({ member, role, period }) =>
    [role[0]?.coding[0]?.code, member.reference, period?.start?.slice(0, 10), period?.end?.slice(0, 10)].join(
      ' ',
    ),
  )

describe('the team of a case that nobody has opened', () => {
  it('is the patient alone, whoever treats them', () => {
    expect(linesOf(told(emptyWorld, inside, encounter()))).toEqual([`116154003 Patient/${PATIENT}  `])
  })
})

describe('the team of an opened case', () => {
  const world = told(opened(told(emptyWorld, inside, encounter())), inside, encounter())

  it('has manager, organisation and who treats the patient, one role a row, and is valid R4', () => {
    expect(linesOf(world)).toEqual([
      `116154003 Patient/${PATIENT}  `,
      '768832004 Practitioner/noor 2026-10-13 ',
      'CST Organization/plan  ',
      'ATND Practitioner/gray 2026-10-05 ',
      'CON Practitioner/reed 2026-10-05 ',
    ])
    const [, manager] = rowsOf(world)
    expect(manager).toMatchObject({
      role: [{ coding: [{ code: '768832004' }, { code: '171M00000X' }] }],
      onBehalfOf: { reference: 'Organization/plan' },
      extension: [{ valueString: 'accepted the case: assignment Task/assignment' }],
    })
    expect(rowsOf(world).every(({ role }) => role.length === 1)).toBe(true)
    expect(validateResource(only(world, 'CareTeam'))).toEqual([])
  })

  it('lets who treated the patient leave with the stay, and stay listed', () => {
    expect(linesOf(told(world, left, over)).slice(3)).toEqual([
      'ATND Practitioner/gray 2026-10-05 2026-10-10',
      'CON Practitioner/reed 2026-10-05 2026-10-10',
    ])
  })

  it('is the same whether the case was opened before or after the stay was told', () => {
    const late = told(opened(told(told(emptyWorld, inside, encounter()), left, over)), left, over)
    expect(rowsOf(late)).toEqual(rowsOf(told(world, left, over)))
    const [first, , ...others] = (encounter()['participant'] as object[]).toReversed()
    const elsewhere = told(world, inside, encounter({ participant: [first, ...others] }))
    expect(rowsOf(told(elsewhere, left, over))).toEqual(rowsOf(told(world, left, over)))
  })

  it('loses whom only a stay made a member that never was', () => {
    const cancelled = [
      stay('e1', [admission('2026-10-05T18:30:00', { cancelledAt: '2026-10-06T08:00:00-04:00' })]),
    ]
    const gone = told(world, cancelled, encounter({ status: 'cancelled' }))
    expect(linesOf(gone).filter(line => /ATND|CON/.test(line))).toEqual([])
  })

  it('is as it was after the same message again, and after a write by FHIR that has nothing to do with it', () => {
    const again = told(world, inside, encounter())
    expect(only(again, 'CareTeam')).toBe(only(world, 'CareTeam'))
    const [screening] = tasksOf(world, 'discharge-plan')
    if (!screening) throw new Error('no task')
    const taken = { ...screening, status: 'accepted', owner: { reference: 'Practitioner/lee' } }
    const begun = written(world, [taken], { actor: 'Practitioner/lee' })
    expect(linesOf(begun).slice(0, 5)).toEqual(linesOf(world))
    expect(linesOf(begun).at(-1)).toMatch(/^task-owner Practitioner\/lee /)
  })

  it('leaves rows of people as and where they are', () => {
    const team = only(world, 'CareTeam')
    const pin = {
      role: [{ coding: [{ system: 'http://snomed.info/sct', code: '133932002', display: 'Caregiver' }] }],
      member: { reference: 'RelatedPerson/sister', display: 'Sam' },
    }
    const pinned = written(world, [{ ...team, participant: [pin, ...(team['participant'] as object[])] }])
    expect(rowsOf(told(pinned, left, over))[0]).toEqual(pin)
    expect(rowsOf(told(pinned, left, over)).slice(1)).toEqual(rowsOf(told(world, left, over)))
  })
})
