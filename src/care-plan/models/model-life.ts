import { Value } from 'typebox/value'
import { fail, ok, type Failure, type FailureIssue, type Result } from '../../lib/result.ts'
import { artefactCodes } from '../case/artefacts.ts'
import { escalationCodes } from './model-suggestions.ts'
import { legalMove } from '../machines/legal-move.ts'
import type { Machine } from '../machines/machine.ts'
import type { ModelProfile } from './model-profile.ts'
import { modelSchema, type ModelContent } from './model-schema.ts'

/** The life of a version of a model (domain.md 4.2). What is published never changes again: cases rest on it. */
export const modelMachine: Machine<ModelProfile['state']> = {
  noun: 'model',
  states: ['draft', 'published', 'retired'],
  moves: [
    { command: 'CloneModel', event: 'ModelCloned', from: [], to: 'draft' },
    { command: 'EditModel', event: 'ModelEdited', from: ['draft'], to: 'draft' },
    { command: 'PublishModel', event: 'ModelPublished', from: ['draft'], to: 'published' },
    { command: 'RetireModel', event: 'ModelRetired', from: ['published'], to: 'retired' },
  ],
}

export interface CloneOptions {
  /** Id of the new model; that of the one cloned = its next version. */
  readonly id?: string | undefined
  readonly title?: string | undefined
}

/**
 * A draft like this profile: a new model at 1.0.0, or the next version of the same one. `known` is every profile there
 * is. Fails with `model-exists` when the id is that of a third model, or when the next version is being drafted already.
 */
export function cloneModel(
  source: ModelProfile,
  { id = source.id, title = source.title }: CloneOptions,
  known: readonly ModelProfile[],
): Result<ModelProfile> {
  const versions = known.filter(profile => profile.id === id)
  if (id !== source.id && versions.length > 0) return fail(modelExists)
  if (versions.some(({ state }) => state === 'draft')) return fail(draftExists)
  const version = id === source.id ? nextVersion([source, ...versions]) : '1.0.0'
  return ok({ ...source, id, title, version, state: 'draft' })
}

/** Another content for a draft. Fails with `illegal-transition` unless it is one, with `model-invalid` naming each fault. */
export function editModel(profile: ModelProfile, content: ModelContent): Result<ModelProfile> {
  const move = legalMove(modelMachine, profile.state, 'EditModel')
  if (!move.ok) return move
  const { id, version, state } = profile
  return usableModel({ ...content, id, version, state })
}

/** A draft comes into use. Fails with `illegal-transition` or, for a draft that is no whole model, `model-invalid`. */
export function publishModel(profile: ModelProfile): Result<ModelProfile> {
  const move = legalMove(modelMachine, profile.state, 'PublishModel')
  return move.ok ? usableModel({ ...profile, state: move.value.to }) : move
}

/** No case begins under it any more; those that run keep it. Fails with `illegal-transition`. */
export function retireModel(profile: ModelProfile): Result<ModelProfile> {
  const move = legalMove(modelMachine, profile.state, 'RetireModel')
  return move.ok ? ok({ ...profile, state: move.value.to }) : move
}

/** That a value is a model: its shape and what no schema can say. Failure: `model-invalid`, with every fault. */
export function wholeModel(value: unknown): Result<ModelProfile> {
  const issues = Value.Check(modelSchema, value)
    ? crossFaults(value)
    : Value.Errors(modelSchema, value).map(({ instancePath, message }) =>
        issueAt(instancePath.slice(1).replaceAll('/', '.'), `${message}.`),
      )
  const [first] = issues
  if (!first) return ok(value as ModelProfile)
  return fail({
    kind: 'unprocessable',
    code: 'model-invalid',
    message: `This is no model of case management: ${first.diagnostics}`,
    ...(first.expression !== undefined && { expression: first.expression }),
    issues,
  })
}

function crossFaults({ cadence, reassessDays, reassessGraceDays }: ModelProfile): readonly FailureIssue[] {
  const last = cadence.length - 1
  return [
    ...cadence.flatMap(({ times }, i) =>
      i === last && times !== undefined
        ? [issueAt(`cadence.${i}.times`, 'The last phase holds for ever: it has no times.')]
        : i < last && times === undefined
          ? [issueAt(`cadence.${i}.times`, 'A phase that another follows says how many times it holds.')]
          : [],
    ),
    ...(reassessGraceDays !== undefined && reassessDays === undefined
      ? [issueAt('reassessGraceDays', 'Without reassessDays there is nothing to be late for.')]
      : []),
  ]
}

/** Codes that a case can be judged by. */
const knownCodes = { artefacts: artefactCodes, escalateWhen: escalationCodes } as const

/**
 * A whole model all codes of which some rule knows: what a person writes. What stands is read without that, for a rule
 * may have gone since. Failure: `model-invalid`, with the codes that there are.
 */
export function usableModel(value: unknown): Result<ModelProfile> {
  const model = wholeModel(value)
  if (!model.ok) return model
  for (const field of ['artefacts', 'escalateWhen'] as const) {
    const at = model.value[field].findIndex(code => !knownCodes[field].includes(code))
    if (at < 0) continue
    return fail({
      kind: 'unprocessable',
      code: 'model-invalid',
      message: `This is no model of case management: no rule knows a code of ${field}; \`legal\` lists those that there are.`,
      expression: `${field}.${at}`,
      legal: knownCodes[field],
    })
  }
  return model
}

const issueAt = (expression: string, diagnostics: string): FailureIssue => ({
  severity: 'error',
  code: 'value',
  diagnostics,
  ...(expression !== '' && { expression }),
})

/** Versions by their three numbers. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbersOf(a), numbersOf(b)]
  const at = [0, 1, 2].find(i => left[i] !== right[i])
  return at === undefined ? 0 : (left[at] ?? 0) - (right[at] ?? 0)
}

const numbersOf = (version: string): readonly number[] => version.split('.').map(Number)

function nextVersion(versions: readonly ModelProfile[]): string {
  const newest =
    versions
      .map(({ version }) => version)
      .toSorted(compareVersions)
      .at(-1) ?? '0.0.0'
  const [major = 0, minor = 0] = numbersOf(newest)
  return `${major}.${minor + 1}.0`
}

const modelExists: Failure = {
  kind: 'conflict',
  code: 'model-exists',
  message:
    'There is a model of this id already: clone it without an id for its next version, or name another.',
  expression: 'id',
}

const draftExists: Failure = {
  kind: 'conflict',
  code: 'model-exists',
  message: 'A version of this model is being drafted already: edit or publish that one first.',
  expression: 'id',
}
