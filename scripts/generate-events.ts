/** Writes docs/reference/events from the machines and fields of the nouns: `node scripts/generate-events.ts`. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { NounName } from '../src/care-plan/case/case-file.ts'
import { machines } from '../src/care-plan/machines/machines.ts'
import { cloudEventType } from '../src/commands/journal/cloud-event.ts'
import { eventTypesOf, nounEvents, nounNames } from '../src/mappers/case/journal/event-names.ts'
import { changesSchema, type Schema } from './events/noun-schemas.ts'
import { readTypeSource } from './events/type-source.ts'

const root = join(import.meta.dirname, '..')
export const eventsFolder = join(root, 'docs/reference/events')

const DRAFT = 'http://json-schema.org/draft-07/schema#'

/** Every file of the folder, by its name. */
export function eventFiles(): ReadonlyMap<string, string> {
  const source = readTypeSource(root)
  const nouns = nounNames.map(
    noun =>
      [
        `nouns/${noun}.json`,
        json({
          $schema: DRAFT,
          $id: `casewire:/nouns/${noun}.json`,
          title: `Fields of the noun ${noun}`,
          ...changesSchema(noun, source),
        }),
      ] as const,
  )
  const events = nounNames.flatMap(noun =>
    eventTypesOf(noun).map(
      type => [`${cloudEventType(noun, type)}.json`, json(eventSchema(noun, type))] as const,
    ),
  )
  return new Map([['README.md', page()], ...nouns, ...events])
}

function eventSchema(noun: NounName, type: string): Schema {
  const text = { type: 'string', minLength: 1 }
  const cloudType = cloudEventType(noun, type)
  return {
    $schema: DRAFT,
    $id: `casewire:/${cloudType}.json`,
    title: type,
    description: meaning(noun, type),
    type: 'object',
    required: ['specversion', 'id', 'source', 'type', 'subject', 'time', 'recordedtime', 'actor', 'data'],
    properties: {
      specversion: { const: '1.0' },
      id: { type: 'string', pattern: '^[A-Za-z]+/[A-Za-z0-9.-]{1,64}/_history/[1-9][0-9]*#[0-9]{2,}$' },
      source: text,
      type: { const: cloudType },
      subject: { ...text, description: 'Id of the case.' },
      time: { ...text, format: 'date-time', description: 'Time of the fact.' },
      datacontenttype: { const: 'application/json' },
      recordedtime: { ...text, format: 'date-time', description: 'When it was recorded.' },
      actor: { ...text, description: 'Who did it, as a reference.' },
      data: dataSchema(noun, type, text),
    },
  }
}

function dataSchema(noun: NounName, type: string, text: Schema): Schema {
  const isDeleted = type === nounEvents(noun).deleted
  return {
    type: 'object',
    additionalProperties: false,
    required: [
      'caseId',
      'patient',
      'noun',
      'nounId',
      'event',
      'changes',
      'resource',
      ...(isDeleted ? ['isDeleted'] : []),
    ],
    properties: {
      caseId: text,
      patient: { ...text, description: 'Id of the Patient; the key of the record.' },
      noun: { const: noun },
      nounId: text,
      event: { const: type },
      changes: { $ref: `casewire:/nouns/${noun}.json` },
      reason: text,
      ...(isDeleted && { isDeleted: { const: true } }),
      resource: {
        type: 'object',
        required: ['reference', 'version'],
        properties: { reference: text, version: { type: 'integer', minimum: 1 } },
      },
    },
  }
}

/** What an event says, from the machine's table. */
function meaning(noun: NounName, type: string): string {
  const { recorded, revised, deleted } = nounEvents(noun)
  const moves = (machines[noun]?.moves ?? []).filter(({ event }) => event === type)
  if (moves.length > 0) {
    const steps = moves.map(({ command, from, to }) => `${command} (${from.join(', ') || 'new'} to ${to})`)
    return [...new Set(steps)].join('; ')
  }
  if (type === recorded) return 'It came to be in a way that no command has a word for.'
  if (type === revised) return 'Something about it differs.'
  if (type === deleted) return 'Its resource was deleted, or belongs to the case no more.'
  return 'A command that moves nothing from state to state.'
}

function page(): string {
  return [
    '# Events',
    '',
    'Made by `npm run generate:events` from the state machines and the fields of the nouns; a test compares both. What the attributes mean stands in',
    '[kafka.md](../kafka.md). One JSON Schema (draft-07) a type; the fields of `data.changes` are those of the noun.',
    '',
    ...nounNames.flatMap(noun => [
      `## ${noun}`,
      '',
      `Fields: [nouns/${noun}.json](nouns/${noun}.json)`,
      '',
      '| event | type | means |',
      '|---|---|---|',
      ...eventTypesOf(noun).map(type => {
        const name = cloudEventType(noun, type)
        return `| ${type} | [${name}](${name}.json) | ${meaning(noun, type)} |`
      }),
      '',
    ]),
  ].join('\n')
}

const json = (schema: Schema): string => `${JSON.stringify(schema, null, 2)}\n`

/** Names of the files that stand in the folder, and what they hold. */
export function standingFiles(): ReadonlyMap<string, string> {
  const names = readdirSync(eventsFolder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(eventsFolder.length + 1))
  return new Map(names.map(name => [name, readFileSync(join(eventsFolder, name), 'utf8')]))
}

if (import.meta.main) {
  rmSync(eventsFolder, { recursive: true, force: true })
  for (const [name, text] of eventFiles()) {
    mkdirSync(dirname(join(eventsFolder, name)), { recursive: true })
    writeFileSync(join(eventsFolder, name), text)
  }
}
