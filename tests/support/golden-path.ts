import { defaultCaseRules } from '../../src/care-plan/case/case-rules.ts'
import { modelLookup, shippedModels } from '../../src/care-plan/models/shipped-models.ts'
import type { Stay } from '../../src/care-plan/stays/stay.ts'
import { nothingKnown, openBatch, type BatchState } from '../../src/commands/ingest-adt/batch-state.ts'
import { decideMessage } from '../../src/commands/ingest-adt/decide-message.ts'
import { interpretAdt } from '../../src/commands/ingest-adt/interpret-adt.ts'
import { readRecord } from '../../src/commands/ingest-adt/read-record.ts'
import type { Resource } from '../../src/fhir/resource.ts'
import { validateResource } from '../../src/fhir/validation/validate-resource.ts'
import { holidayCalendar } from '../../src/lib/holiday-calendars.ts'
import { patientStays } from '../../src/mappers/adt/visits/patient-stays.ts'
import type { SourceSettings } from '../../src/mappers/adt/source.ts'

/** What stands after some messages. */
export interface GoldenState {
  /** `control id event outcome reason`, message by message. */
  readonly verdicts: readonly string[]
  /** In the order in which they were first written. */
  readonly resources: readonly Resource[]
  readonly stays: readonly Stay[]
}

const clock = { nowMs: () => Date.parse('2026-12-01T12:00:00Z') }

/** The whole pure way of every message of a payload, over an in-memory batch: read, map, decide cases, stage. */
export function goldenPath(bytes: Buffer, settings: SourceSettings): GoldenState {
  const interpret = interpretAdt({
    settings,
    rules: defaultCaseRules,
    models: modelLookup(shippedModels),
    calendar: holidayCalendar('us-federal'),
    clock,
    validate: validateResource,
  })
  const at = new Date(clock.nowMs()).toISOString()
  const state = openBatch({ tenant: 1, lane: 0, at, actor: 'Device/golden', targets: [] }, nothingKnown())
  const keys = new Set<string>()
  const subjects = new Set<string>()
  const { messages } = readRecord({ value: bytes, origin: 'golden' }, 0, interpret, settings)
  const verdicts = messages.map(message => {
    for (const subject of message.needs.subjects) subjects.add(subject)
    const { verdict, decision } = decideMessage(message, state, emit)
    for (const { resource } of decision?.puts ?? []) keys.add(`${resource.resourceType}/${resource.id}`)
    for (const { subject } of decision?.facts ?? []) subjects.add(subject)
    return [verdict.controlId, verdict.trigger, verdict.outcome, verdict.reason].filter(Boolean).join(' ')
  })
  return {
    verdicts,
    resources: [...keys].flatMap(key => standing(state, key)),
    stays: [...subjects].flatMap(patient => [
      ...patientStays({
        patient,
        shard: 0,
        settings,
        facts: state.view.facts(patient),
        said: state.view.saidOf(patient),
        others: subject => ({ facts: state.view.facts(subject), said: state.view.saidOf(subject) }),
      }).stays,
    ]),
  }
}

function standing({ view }: BatchState, key: string): readonly Resource[] {
  const [type = '', id = ''] = key.split('/')
  const resource = view.get({ type, id })
  return resource ? [resource] : []
}

/** A message on which our own code failed must not become a golden verdict. */
const emit = (name: string, fields?: object): void => {
  throw new Error(`${name} ${JSON.stringify(fields)}`)
}
