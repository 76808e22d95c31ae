import { parseJson } from '../../lib/json.ts'
import { ok, type Result } from '../../lib/result.ts'
import { patientOf } from '../../fhir/compartment.ts'
import { badInput, parametersText } from '../../fhir/operations/operation-input.ts'
import type { Resource, ResourceKey } from '../../fhir/resource.ts'
import { parseSearch } from '../../fhir/search/parse-search.ts'
import { causesOf, valueAt, type Cause } from '../../mappers/adt/explain/explain.ts'
import { messageHash, messageNamed, type MessageName } from '../../mappers/adt/events/message-uri.ts'
import type { SourceSettings } from '../../mappers/adt/source.ts'
import { caseNames } from '../../mappers/case/names.ts'
import { statedCase } from '../../mappers/case/nouns/case-link.ts'
import type { ObligationExplanation } from '../../mappers/case/explain-obligations.ts'
import type { FhirDeps } from '../fhir/fhir-deps.ts'
import { readCurrent } from '../fhir/fhir-read.ts'
import { isLimited, searchWithin } from '../fhir/fhir-visibility.ts'
import { inboxIdOf } from '../inbox/inbox-id.ts'
import { messagesIn } from '../inbox/messages-in.ts'
import type { InboxEntry } from '../ports/store.ts'
import { requestNamed } from '../request-uri.ts'

/** Path of an element without what FHIRPath has beside names and indexes. */
const PATH = /^[A-Za-z]\w*(\[\d+\])?(\.[A-Za-z]\w*(\[\d+\])?)*$/
/** Who wrote it, the newest first; the whole history is at `_history`. */
const WRITERS_MAX = 20

export interface ExplainRequest {
  readonly key: ResourceKey
  /** `Encounter.period.end`, `period.end`; undefined = the whole resource. */
  readonly element?: string
}

/**
 * `$explain`: what put a resource, or one element of it, there, as the text of a Parameters: `cause` (message, segment and
 * field, or movement; or a request, as of `$merge`), `duty` (rule, source, trigger, arithmetic of a derived Task), `message`
 * (what is known of each message that is named), `request` (each that is named), `writer` (its Provenance). Failures: those of a read, `operation-input`.
 */
export async function explain(deps: FhirDeps, { key, element }: ExplainRequest): Promise<Result<string>> {
  const path = element?.startsWith(`${key.type}.`) ? element.slice(key.type.length + 1) : element
  if (path !== undefined && !PATH.test(path))
    return badInput('element must be a path of names such as period.end or name[0].family')
  const stored = await readCurrent(deps, key)
  if (!stored.ok) return stored
  const resource = parseJson(stored.value.content) as Resource
  if (path !== undefined && valueAt(resource, path) === undefined)
    return badInput('element must be the path of an element that the resource has')
  const causes = await causesFound(deps, resource, path)
  const duty = await dutyFound(deps, resource)
  // Who reaches a part of the type only may have written meta.source to learn which messages came about others.
  const source = isLimited(deps, key.type) ? undefined : resource.meta?.source
  const named = [...causes.map(({ message }) => message), duty?.trigger.message, source]
  const origins = [...new Set(named.filter(uri => uri !== undefined))]
  const messages = origins.filter(uri => requestNamed(uri) === undefined)
  const known = await messagesKnown(deps, messages)
  const writers = await writersOf(deps, key)
  if (!writers.ok) return writers
  return ok(
    parametersText([
      ...causes.map(causePart),
      ...(duty ? [dutyPart(duty)] : []),
      ...messages.map(uri => messagePart(uri, known.get(uri))),
      ...origins.flatMap(requestPart),
      ...writers.value.map(writerPart),
    ]),
  )
}

async function causesFound(
  { store, tenant, consequences }: FhirDeps,
  resource: Resource,
  path: string | undefined,
): Promise<readonly Cause[]> {
  const patient = resource.resourceType === 'Patient' ? resource.id : patientOf(resource)
  if (!consequences || patient === undefined) return []
  const { settings } = consequences
  // With the patient come all who are or were tied to it.
  const { facts, said } = await store.load({ tenant, lane: 0, subjects: [patient] })
  const subjects = new Set([patient, ...facts.map(one => one.subject), ...said.map(one => one.subject)])
  const told = new Map(
    [...subjects].map(subject => [
      subject,
      {
        facts: facts.filter(one => one.subject === subject),
        said: new Map(said.flatMap(one => (one.subject === subject ? [[one.scope, one.body] as const] : []))),
      },
    ]),
  )
  return causesOf(resource, { patient, told, settings, ...(path !== undefined && { path }) })
}

/** A derived duty knows its rule; other Tasks are explained by who wrote them. */
async function dutyFound(deps: FhirDeps, resource: Resource): Promise<ObligationExplanation | undefined> {
  if (resource.resourceType !== 'Task' || !deps.dutiesOf) return undefined
  const caseId = statedCase(resource, caseNames(deps.canonicalBase))
  const duties = caseId === undefined ? [] : await deps.dutiesOf(caseId)
  return duties.find(({ id }) => id === resource.id)
}

interface KnownMessage {
  readonly id: string
  readonly outcome: string
  readonly received: string
  readonly hasText: boolean
}

/** What the inbox still knows of the messages: nothing of those that were kept no longer. */
async function messagesKnown(
  { store, tenant, consequences }: FhirDeps,
  uris: readonly string[],
): Promise<ReadonlyMap<string, KnownMessage>> {
  const found = await Promise.all(
    uris.map(async message => {
      const name = consequences && messageNamed(message, consequences.settings)
      if (!name) return []
      const { source, controlId } = name
      const entries = await store.inbox.find(tenant, { source, messageId: controlId, count: ENTRIES_MAX })
      const entry = entryOf(name, entries, consequences.settings)
      if (!entry) return []
      const { outcome, received, raw } = entry
      return [[message, { id: inboxIdOf(entry), outcome, received, hasText: raw.length > 0 }] as const]
    }),
  )
  return new Map(found.flat())
}

/** Messages that one sender gave the same control id. */
const ENTRIES_MAX = 50

/**
 * The message itself where a control id was used again: by its text, as far as that is kept; else one whose text is not,
 * for it may be that, one that had its effect before one that had none.
 */
function entryOf(
  name: MessageName,
  entries: readonly InboxEntry[],
  settings: SourceSettings,
): InboxEntry | undefined {
  const isKept = ({ raw }: InboxEntry): boolean => raw.length > 0
  const told = entries.find(({ raw }) =>
    messagesIn(raw, settings).some(message => messageHash(message).startsWith(name.hash)),
  )
  const others = entries.filter(entry => !isKept(entry))
  return told ?? others.find(({ outcome }) => outcome !== 'dead-letter') ?? others[0]
}

async function writersOf(deps: FhirDeps, { type, id }: ResourceKey): Promise<Result<readonly Resource[]>> {
  if (type === 'Provenance') return ok([])
  const pairs = [
    ['target', `${type}/${id}`],
    ['_sort', '-recorded'],
    ['_count', String(WRITERS_MAX)],
  ] as const
  const { base, clock } = deps
  const parsed = parseSearch({ type: 'Provenance', pairs, lenient: false, base, nowMs: clock.nowMs() })
  if (!parsed.ok) return parsed
  const found = await searchWithin(deps, parsed.value.plan)
  return found.ok ? ok(found.value.matches.map(({ content }) => parseJson(content) as Resource)) : found
}

/** A message, or a request where no message did it. */
const originPart = (uri: string): object => ({
  name: requestNamed(uri) === undefined ? 'message' : 'request',
  valueUri: uri,
})

const causePart = ({ said, event, message, recorded, elements }: Cause): object => ({
  name: 'cause',
  part: [
    { name: 'said', valueString: said },
    ...(event === undefined ? [] : [{ name: 'event', valueCode: event }]),
    originPart(message),
    ...(recorded === undefined ? [] : [{ name: 'recorded', valueInstant: recorded }]),
    ...elements.map(one => ({ name: 'element', valueString: one })),
  ],
})

function dutyPart({
  rule,
  says,
  source,
  trigger,
  arithmetic,
  due,
  state,
  voided,
}: ObligationExplanation): object {
  return {
    name: 'duty',
    part: [
      { name: 'rule', valueCode: rule },
      { name: 'says', valueString: says },
      { name: 'source', valueString: source },
      { name: 'state', valueCode: state },
      { name: 'trigger', valueString: trigger.says },
      ...(trigger.at === undefined ? [] : [{ name: 'at', valueDateTime: trigger.at }]),
      ...(trigger.message === undefined ? [] : [originPart(trigger.message)]),
      ...(trigger.encounter === undefined
        ? []
        : [{ name: 'encounter', valueReference: { reference: `Encounter/${trigger.encounter}` } }]),
      ...(due === undefined ? [] : [{ name: 'due', valueDateTime: due }]),
      ...(arithmetic === undefined ? [] : [{ name: 'arithmetic', valueString: arithmetic }]),
      ...(voided ? [{ name: 'voided', valueString: voided.says }] : []),
    ],
  }
}

const messagePart = (uri: string, known: KnownMessage | undefined): object => ({
  name: 'message',
  part: [
    { name: 'uri', valueUri: uri },
    ...(known
      ? [
          { name: 'id', valueString: known.id },
          { name: 'outcome', valueCode: known.outcome },
          { name: 'received', valueInstant: known.received },
          { name: 'text', valueString: known.hasText ? 'kept' : 'kept no longer' },
        ]
      : [{ name: 'text', valueString: 'kept no longer, or never received here' }]),
  ],
})

/** No message did it: `id` is that of the request (X-Request-Id). */
function requestPart(uri: string): readonly object[] {
  const id = requestNamed(uri)
  if (id === undefined) return []
  return [
    {
      name: 'request',
      part: [
        { name: 'uri', valueUri: uri },
        { name: 'id', valueString: id },
      ],
    },
  ]
}

function writerPart({ id, recorded, agent, activity }: Resource): object {
  const [first] = Array.isArray(agent) ? (agent as { who?: object }[]) : []
  return {
    name: 'writer',
    part: [
      { name: 'provenance', valueReference: { reference: `Provenance/${id ?? ''}` } },
      ...(typeof recorded === 'string' ? [{ name: 'recorded', valueInstant: recorded }] : []),
      ...(first?.who ? [{ name: 'who', valueReference: first.who }] : []),
      ...(activity === undefined ? [] : [{ name: 'activity', valueCodeableConcept: activity }]),
    ],
  }
}
