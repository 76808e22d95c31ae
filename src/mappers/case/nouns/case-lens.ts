import type { EpisodeOfCare } from '@medplum/fhirtypes'
import {
  acuities,
  assignerKinds,
  type CaseRoot,
  type Closure,
  type MergedInto,
} from '../../../care-plan/nouns/case-root.ts'
import type { Resource } from '../../../fhir/resource.ts'
import { caseImages, caseOfCode, codeOfCase, type CaseCode } from '../lenses/case-status.ts'
import { episodeLens, isCase, type EpisodeState } from '../lenses/episode-lens.ts'
import { lensOf, type Lens, type Slot } from '../lenses/lens.ts'
import type { CaseNames } from '../names.ts'
import { asResource, extensionAt, extensionOf, textAt, withExtension } from '../lenses/slots.ts'
import { shownState } from '../lenses/standing.ts'
import { contiguous } from '../lenses/status-history.ts'
import { caseTypeSlot, modelsSlot } from './case-type-slots.ts'
import { idIn, orEmpty, referenceAt, referenceExtension, someOf, textExtensions } from './element-slots.ts'
import type { NounLens } from './noun-lens.ts'
import { recordExtension, recordExtensions } from './part-slots.ts'

/** Where the case stands: what one move changes together. */
type Course = Pick<CaseRoot, 'state' | 'isWaitlisted' | 'since'>

type Fields = { readonly [K in Exclude<keyof CaseRoot, 'id' | keyof Course>]: CaseRoot[K] | undefined } & {
  readonly course: Course
}

/**
 * A case in its EpisodeOfCare (domain.md 4.4). A new state is one that people gave: what facts had laid over the old one
 * goes, and its status history goes on at `since`.
 */
export function caseLens(names: CaseNames): NounLens<'case'> {
  const lens = lensOf<Fields>(slotsOf(names))
  return {
    noun: 'case',
    types: ['EpisodeOfCare'],
    is: resource => isCase(resource, names),
    read: resource => {
      const { course, ...fields } = lens.read(resource)
      const known = Object.entries({ ...course, ...fields }).filter(([, value]) => value !== undefined)
      return { ...Object.fromEntries(known), id: resource.id ?? '' } as unknown as CaseRoot
    },
    write: (resource, { id: _id, state, isWaitlisted, since, ...fields }) => {
      const course = { state, isWaitlisted, ...(since !== undefined && { since }) }
      return lens.write(resource, { ...absentFields(lens, resource), ...fields, course })
    },
    blank: ({ id, patient }, root) => blankEpisode({ ...root, id, patient }, names),
  }
}

/** A field left out of a state is one to take out. */
const absentFields = (lens: Lens<Fields>, resource: Resource): Fields =>
  Object.fromEntries(Object.keys(lens.read(resource)).map(name => [name, undefined])) as unknown as Fields

const slotsOf = (names: CaseNames): { readonly [K in keyof Fields]-?: Slot<Fields[K]> } => ({
  course: courseSlot(names),
  patient: patientSlot,
  reason: extensionAt(names.extension('state-reason'), 'valueString'),
  caseType: caseTypeSlot(names) as Slot<string | undefined>,
  start: textAt('period', 'start'),
  end: textAt('period', 'end'),
  acuity: oneOf(extensionAt(names.acuity, 'valueCode'), acuities),
  targetGroup: extensionAt(names.extension('target-group'), 'valueString'),
  assigner: referenceAt('managingOrganization'),
  assignerKind: oneOf(extensionAt(names.extension('assigner'), 'valueCode'), assignerKinds),
  manager: referenceAt('careManager'),
  eligibleAt: extensionAt(names.extension('eligible-at'), 'valueDateTime'),
  openedAt: extensionAt(names.extension('opened-at'), 'valueDateTime'),
  reopenedAt: extensionAt(names.extension('reopened-at'), 'valueDateTime'),
  resumptions: someOf(textExtensions(names.extension('resumed-at'), 'valueDateTime')),
  transferredTo: referenceExtension(names.extension('transferred-to')),
  models: modelsSlot(names) as Slot<CaseRoot['models'] | undefined>,
  outreach: recordExtensions(names.extension('outreach'), {
    on: 'valueDate',
    medium: 'valueString',
  }) as Slot<CaseRoot['outreach'] | undefined>,
  hold: recordExtension<NonNullable<CaseRoot['hold']>>(names.extension('hold'), {
    reason: 'valueString',
    reviewBy: 'valueDate',
  }),
  overrides: recordExtensions(names.extension('consent-override'), {
    recipient: 'valueReference',
    reason: 'valueString',
    by: 'valueReference',
    at: 'valueDateTime',
  }) as Slot<CaseRoot['overrides'] | undefined>,
  closure: recordExtension<Closure>(names.extension('closure'), {
    reason: 'valueCode',
    proposedBy: 'valueReference',
    proposedAt: 'valueDateTime',
    approvedBy: 'valueReference',
    communicatedTo: 'valueString',
    outcomes: 'valueString',
  }),
  isContactProhibited: flagSlot(names.extension('contact-prohibited')) as Slot<boolean | undefined>,
  contactProhibition: recordExtension<NonNullable<CaseRoot['contactProhibition']>>(
    names.extension('contact-prohibition'),
    { since: 'valueDateTime', reason: 'valueString' },
  ),
  mergedInto: recordExtension<MergedInto>(names.extension('merged-into'), {
    case: 'valueId',
    state: 'valueCode',
    waited: 'valueCode',
    since: 'valueDateTime',
    reason: 'valueString',
  }),
  mergedFrom: someOf(textExtensions(names.extension('merged-from'), 'valueId')),
})

/**
 * The episode with the state and the status history that a move by people gives it, `at` the time of the fact. A status
 * of which nobody knows when it began makes no row: R4 wants a period in each.
 */
export function movedEpisode(state: EpisodeState, code: CaseCode, at: string | undefined): EpisodeState {
  const status = caseImages[code]
  const given = state.history.map(({ status: was, start }) => ({
    status: was,
    ...(start !== undefined && { start }),
  }))
  const isSame = given.at(-1)?.status === status
  const start = at ?? given.at(-1)?.start
  const rows = isSame || start === undefined ? given : [...given, { status, start }]
  return { ...state, standing: { own: code }, history: contiguous(rows) }
}

function courseSlot(names: CaseNames): Slot<Course> {
  const episode = episodeLens(names)
  const since = extensionAt(names.extension('state-since'), 'valueDateTime')
  const codeIn = (resource: Resource): CaseCode => shownState(episode.read(resource).standing)
  return {
    get: resource => {
      const at = since.get(resource)
      return { ...caseOfCode(codeIn(resource)), ...(at !== undefined && { since: at }) }
    },
    set: (resource, course) => {
      const code = codeOfCase(course)
      const moved =
        codeIn(resource) === code
          ? resource
          : episode.write(resource, movedEpisode(episode.read(resource), code, course.since))
      return since.set(moved, course.since)
    },
  }
}

/** Id of the Patient; a reference to another server stays as it is. */
const patientSlot: Slot<string | undefined> = orEmpty({
  get: resource => {
    const reference = referenceAt('patient').get(resource)
    return idIn(reference, 'Patient') ?? reference
  },
  set: (resource, patient) =>
    referenceAt('patient').set(
      resource,
      patient === undefined || patient.includes('/') ? patient : `Patient/${patient}`,
    ),
}) as Slot<string | undefined>

/** A code that we know; another one reads as none. */
const oneOf = <C extends string>(
  { get, set }: Slot<string | undefined>,
  codes: readonly C[],
): Slot<C | undefined> => ({
  get: resource => {
    const given = get(resource)
    return codes.find(code => code === given)
  },
  set,
})

const flagSlot = (url: string): Slot<boolean> => ({
  get: resource => extensionOf(resource, url)?.['valueBoolean'] === true,
  set: (resource, value) => withExtension(resource, url, value ? { url, valueBoolean: true } : undefined),
})

/** A new EpisodeOfCare: the number is the id, the history begins with the state it is born in. */
function blankEpisode(root: CaseRoot, names: CaseNames): Resource & { readonly id: string } {
  const code = codeOfCase(root)
  const start = root.since ?? root.start
  const episode: EpisodeOfCare = {
    resourceType: 'EpisodeOfCare',
    id: root.id,
    identifier: [{ system: names.caseNumber, value: root.id }],
    status: caseImages[code] as NonNullable<EpisodeOfCare['status']>,
    type: [{ coding: [{ system: names.caseType, code: root.caseType }] }],
    patient: { reference: `Patient/${root.patient}` },
  }
  const lens = episodeLens(names)
  const resource = asResource(episode)
  const born = movedEpisode({ ...lens.read(resource), history: [] }, code, start)
  return { ...lens.write(resource, born), id: root.id }
}
