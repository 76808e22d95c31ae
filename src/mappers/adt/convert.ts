import { isRawNumber } from '../../lib/json.ts'
import type { Resource } from '../../fhir/resource.ts'
import { outcome, outcomeOf } from '../../fhir/outcome.ts'
import { readMessage } from '../../hl7v2/read-message.ts'
import { applyMessage, type World } from './apply-message.ts'
import { applyBedStatus } from './visits/bed-status.ts'
import type { Derived } from './resources/derived.ts'
import { provenanceFor } from './resources/provenance.ts'
import { readAdtEvents } from './events/read-event.ts'
import { settingsOf, type SourceSettings } from './source.ts'

const nothing: World = { said: () => new Map(), facts: () => [], get: () => undefined }

/**
 * One message as a FHIR `transaction` Bundle, as if it were the first about that patient: every resource by PUT under
 * its own id, references by `urn:uuid`. What can't be converted gives an OperationOutcome: not HL7, no patient
 * identifier, an event that is not mapped. Never throws.
 */
export function convertMessage(text: string, settings: SourceSettings): Resource {
  const message = readMessage(text, { optionsOf: source => settingsOf(settings, source) })
  if (!message.ok) return outcomeOf(message.failure)
  const read = readAdtEvents(message.value, {
    ...settings,
    testMessages: 'accept',
    otherVersions: 'accept',
  })
  if (!read.ok) return outcomeOf(read.failure)
  const [first] = read.value
  if (first?.kind === 'ignored') {
    const diagnostics = `The event ${first.trigger} is not mapped (${first.reason})`
    return outcome([{ severity: 'error', code: 'not-supported', diagnostics, expression: 'MSH-9' }])
  }
  if (first?.kind === 'bed') {
    const { resources } = applyBedStatus(first, { said: new Map(), get: nothing.get })
    return bundleOf([...resources, provenanceFor(first, targetsIn(resources))])
  }
  const events = read.value.filter(event => event.kind === 'mapped')
  const applied = applyMessage(events, nothing)
  const { resources } = applied
  const provenance = events.slice(0, 1).map(event => provenanceFor(event, targetsIn(resources)))
  return bundleOf([...resources, ...provenance])
}

const targetsIn = (resources: readonly Derived[]): readonly string[] =>
  resources.map(({ resourceType, id }) => `${resourceType}/${id}`)

function bundleOf(resources: readonly Derived[]): Resource {
  const urns = new Map(resources.map(({ resourceType, id }) => [`${resourceType}/${id}`, `urn:uuid:${id}`]))
  return {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: resources.map(resource => ({
      fullUrl: `urn:uuid:${resource.id}`,
      resource: withUrns(resource, urns),
      request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
    })),
  }
}

function withUrns(value: unknown, urns: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map(item => withUrns(item, urns))
  if (typeof value !== 'object' || value === null || isRawNumber(value)) return value
  const copy: Record<string, unknown> = {}
  for (const [name, item] of Object.entries(value)) {
    copy[name] =
      name === 'reference' && typeof item === 'string' ? (urns.get(item) ?? item) : withUrns(item, urns)
  }
  return copy
}
