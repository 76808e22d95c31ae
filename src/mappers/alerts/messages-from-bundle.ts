import { unsupported } from '../../hl7v2/er7-payload.ts'
import { writeMessage, type Component, type SegmentDraft } from '../../hl7v2/write-message.ts'
import { at, listAt, textAt } from '../../lib/json-view.ts'
import { fail, ok, type Result } from '../../lib/result.ts'
import { notificationEvent, processingId, snapshotEvent } from './bundle-event.ts'
import { bundleGraph, typeOf, type BundleGraph } from './bundle-graph.ts'
import { cx, dtmAt } from './fhir-values.ts'
import { allergySegments, insuranceSegments } from './patient-lists.ts'
import { partySegments, patientSegments } from './patient-segments.ts'
import { classOf, diagnosisSegments, placesOf, visitSegments } from './visit-segments.ts'

/**
 * A FHIR Bundle as v2 messages: one of a Bundle of type `message` (Da Vinci Unsolicited Notifications 1.1.0), whose
 * event its MessageHeader names; of any other one for each Encounter in it, by its status. Undefined for what is no
 * Bundle. Fails with `payload-shape-unsupported`, `payload-too-many-messages`. Source: http://hl7.org/fhir/us/davinci-alerts/STU1.1/
 */
export function messagesFromBundle(value: object): Result<readonly string[]> | undefined {
  if (typeOf(value) === '') return undefined
  if (typeOf(value) !== 'Bundle') return unsupported('a FHIR resource that is no Bundle')
  const graph = bundleGraph(value)
  const [header] = graph.ofType('MessageHeader')
  if (textAt(value, 'type') === 'message') {
    return header === undefined
      ? unsupported('a FHIR Bundle of type message without a MessageHeader')
      : ok([writeMessage(notification(value, header, graph))])
  }
  const encounters = graph.ofType('Encounter')
  if (encounters.length === 0) return unsupported('a FHIR Bundle without an Encounter')
  if (encounters.length > ENCOUNTERS_MAX) return tooMany
  return ok(encounters.map(encounter => writeMessage(snapshot(value, encounter, graph))))
}

/** Each is told with what belongs to it, which takes a look at everything else. */
const ENCOUNTERS_MAX = 1000

const tooMany = fail({
  kind: 'too-large',
  code: 'payload-too-many-messages',
  message: `The Bundle holds more than ${ENCOUNTERS_MAX} Encounters: send it in parts`,
})

function notification(bundle: object, header: object, graph: BundleGraph): readonly SegmentDraft[] {
  const focus = listAt(header, 'focus').map(reference => graph.find(reference, header))
  const encounter = focus.find(found => typeOf(found) === 'Encounter') ?? graph.ofType('Encounter')[0]
  const places = placesOf(encounter, graph)
  const code = textAt(header, 'eventCoding', 'code') ?? ''
  const trigger = notificationEvent(code, encounter, classOf(encounter), places)
  const sender = at(header, 'sender') ?? at(header, 'responsible') ?? at(encounter, 'serviceProvider')
  const recorded = dtmAt(bundle, 'timestamp') ?? dtmAt(header, 'meta', 'lastUpdated')
  const head = headSegments({
    application: textAt(header, 'source', 'name') ?? textAt(header, 'source', 'software'),
    facility: facilityOf(sender, graph),
    recorded,
    trigger,
    controlId: textAt(bundle, 'identifier', 'value') ?? textAt(header, 'id') ?? textAt(bundle, 'id'),
    processing: processingId(header, bundle),
    effective: trigger === 'A02' ? places.since : undefined,
  })
  const patient = graph.find(at(encounter, 'subject'), encounter) ?? graph.ofType('Patient')[0]
  return [...head, ...bodySegments(patient, encounter, graph)]
}

function snapshot(bundle: object, encounter: object, graph: BundleGraph): readonly SegmentDraft[] {
  const places = placesOf(encounter, graph)
  const trigger = snapshotEvent(encounter, classOf(encounter))
  const recorded = dtmAt(encounter, 'meta', 'lastUpdated') ?? dtmAt(bundle, 'timestamp')
  const version = textAt(encounter, 'meta', 'versionId') ?? recorded
  const id = textAt(encounter, 'id') ?? textAt(encounter, 'identifier', 0, 'value')
  const head = headSegments({
    application: textAt(encounter, 'meta', 'source') ?? textAt(bundle, 'meta', 'source'),
    facility: facilityOf(at(encounter, 'serviceProvider'), graph),
    recorded,
    trigger,
    controlId: id === undefined ? undefined : [id, version].filter(Boolean).join('/'),
    processing: processingId(encounter, bundle),
    effective: undefined,
  })
  const patient = graph.find(at(encounter, 'subject'), encounter)
  return [...head, ...bodySegments(patient ?? identifiedOnly(encounter), encounter, graph, places)]
}

/** A subject that is named by its identifier alone. */
const identifiedOnly = (encounter: object): unknown => ({
  identifier: listAt(encounter, 'subject', 'identifier'),
})

interface Head {
  readonly application: string | undefined
  readonly facility: Component
  readonly recorded: string | undefined
  readonly trigger: string
  readonly controlId: string | undefined
  readonly processing: string
  /** DTM. */
  readonly effective: string | undefined
}

const headSegments = ({ application, facility, trigger, ...head }: Head): readonly SegmentDraft[] => [
  {
    name: 'MSH',
    fields: {
      3: application,
      4: [Array.isArray(facility) ? facility : [facility]],
      7: head.recorded,
      9: [['ADT', trigger]],
      10: head.controlId,
      11: head.processing,
      12: '2.5.1',
    },
  },
  { name: 'EVN', fields: { 1: trigger, 2: head.recorded, 6: head.effective } },
]

function bodySegments(
  patient: unknown,
  encounter: unknown,
  graph: BundleGraph,
  places = placesOf(encounter, graph),
): readonly SegmentDraft[] {
  const [account] = listAt(encounter, 'account').map(reference => graph.find(reference, encounter))
  const related = graph
    .ofType('RelatedPerson')
    .filter(person => graph.find(at(person, 'patient'), person) === patient)
  return [
    ...(patient === undefined ? [] : patientSegments(patient, graph, cx(listAt(account, 'identifier')[0]))),
    ...partySegments(patient, related),
    ...(encounter === undefined ? [] : visitSegments(encounter, graph, places)),
    ...allergySegments(patient, graph),
    ...diagnosisSegments(encounter, graph),
    ...insuranceSegments(patient, graph),
  ]
}

const OWN_FACILITY = /\/sid\/facility$/
const URIS = 'urn:ietf:rfc:3986'

/** An Organization as HD: the number that we gave it, else its name; beside it an OID that it has as an identifier. */
function facilityOf(reference: unknown, graph: BundleGraph): Component {
  const organization = graph.find(reference)
  const identifiers = listAt(organization, 'identifier')
  const own = identifiers.find(found => OWN_FACILITY.test(textAt(found, 'system') ?? ''))
  const oid = identifiers.find(found => textAt(found, 'system') === URIS)
  const name =
    textAt(own, 'value') ??
    textAt(organization, 'name') ??
    textAt(reference, 'display') ??
    textAt(reference, 'identifier', 'value')
  const [, digits] = /^urn:oid:([\d.]+)$/.exec(textAt(oid, 'value') ?? '') ?? []
  return digits === undefined ? name : [name, digits, 'ISO']
}
