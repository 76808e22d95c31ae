import { isRawNumber } from '../../lib/json.ts'
import type { Resource } from '../../fhir/resource.ts'
import { outcome, outcomeOf } from '../../fhir/outcome.ts'
import { readMessage } from '../../hl7v2/read-message.ts'
import { applyAdt, type Before } from './apply-adt.ts'
import { applyBedStatus } from './bed-status.ts'
import type { Derived } from './derived.ts'
import { provenanceFor } from './provenance.ts'
import { readAdtEvent } from './read-event.ts'
import { settingsOf, type SourceSettings } from './source.ts'

const nothing: Before = { said: new Map(), facts: [], get: () => undefined }

/**
 * One message as a FHIR `transaction` Bundle, as if it were the first about that patient: every resource by PUT under
 * its own id, references by `urn:uuid`. What can't be converted gives an OperationOutcome: not HL7, no patient
 * identifier, an event that is not mapped. Never throws.
 */
export function convertMessage(text: string, settings: SourceSettings): Resource {
  const message = readMessage(text, { optionsOf: source => settingsOf(settings, source) })
  if (!message.ok) return outcomeOf(message.failure)
  const event = readAdtEvent(message.value, {
    ...settings,
    testMessages: 'accept',
    otherVersions: 'accept',
  })
  if (!event.ok) return outcomeOf(event.failure)
  if (event.value.kind === 'ignored') {
    const diagnostics = `The event ${event.value.trigger} is not mapped (${event.value.reason})`
    return outcome([{ severity: 'error', code: 'not-supported', diagnostics, expression: 'MSH-9' }])
  }
  const { resources } =
    event.value.kind === 'bed' ? applyBedStatus(event.value, nothing) : applyAdt(event.value, nothing)
  const targets = resources.map(({ resourceType, id }) => `${resourceType}/${id}`)
  return bundleOf([...resources, provenanceFor(event.value, targets)])
}

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
