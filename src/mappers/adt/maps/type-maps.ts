/** How far a data type map of the guide is followed by the conversion that stands for it. */
export interface TypeMap {
  /** The guide's name, e.g. `XPN[HumanName]`. */
  readonly map: string
  /** The file of the conversion. */
  readonly done: string
  /** Components that it reads: their rows are mapped but for those listed below. */
  readonly components: readonly number[]
  readonly differences?: readonly TypeDifference[]
}

interface TypeDifference {
  /** Rows as the guide writes them, or how they begin (`FN.2 *`). */
  readonly rows: readonly string[]
  readonly reason: string
}

const CHECK_DIGIT = 'A check digit scheme says how a number was proved, once; nobody proves it again here.'
const ASSIGNER =
  'The name of the authority is the display of the assigner; its Organization may be in no message.'
const AUTHORITY = 'The authority makes the system of the identifier, by the settings of the source first.'

/** Every data type map of the guide that conversions stand for. */
export const typeMaps: readonly TypeMap[] = [
  { map: 'CE[CodeableConcept]', done: 'codes.ts', components: [1, 2, 3, 4, 5, 6] },
  {
    map: 'CNE[CodeableConcept]',
    done: 'codes.ts',
    components: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13],
  },
  {
    map: 'CWE[CodeableConcept]',
    done: 'codes.ts',
    components: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13],
  },
  { map: 'CWE[Coding]', done: 'codes.ts', components: [1, 2, 3, 7] },
  {
    map: 'CWE[Identifier]',
    done: 'in1-coverage.ts',
    components: [1, 3],
    differences: [
      { rows: ['CWE.2 [1].name'], reason: 'An Identifier has no name.' },
      {
        rows: ['CWE.4 *', 'CWE.5 *', 'CWE.6 *', 'CWE.10 *', 'CWE.11 *', 'CWE.13 *'],
        reason: 'A plan (IN1-2) is known by its first code; the others are other names of the same.',
      },
    ],
  },
  { map: 'CWE[Quantity]', done: 'quantity.ts', components: [1, 2, 3] },
  {
    map: 'CX[Identifier]',
    done: 'cx-identifier.ts',
    components: [1, 2, 4, 5, 7, 8],
    differences: [
      { rows: ['CX.3 *'], reason: CHECK_DIGIT },
      { rows: ['CX.4 assigner(Organization)'], reason: ASSIGNER },
      { rows: ['CX.6 *'], reason: 'The guide has no extension for it yet.' },
    ],
  },
  {
    map: 'DLN[Identifier]',
    done: 'pid-patient.ts',
    components: [1, 2, 3],
  },
  { map: 'DR[Period]', done: 'period.ts', components: [1, 2] },
  { map: 'DTM[dateTime]', done: 'hl7v2/dtm.ts', components: [1] },
  {
    map: 'EI[Identifier-Extension]',
    done: 'ei-identifier.ts',
    components: [1],
    differences: [{ rows: ['EI.2 *', 'EI.3 *', 'EI.4 *'], reason: AUTHORITY }],
  },
  {
    map: 'EIP[Identifier-FillerAssignedIdentifier]',
    done: 'obx-observation.ts',
    components: [2],
    differences: [
      {
        rows: ['EIP.2 type.coding.code', 'EIP.2 type.coding.system'],
        reason: 'A reference by identifier needs no type of it.',
      },
    ],
  },
  {
    map: 'FN[HumanName]',
    done: 'xpn-human-name.ts',
    components: [1],
    differences: [
      {
        rows: ['FN.2 *', 'FN.3 *', 'FN.4 *', 'FN.5 *'],
        reason: 'The whole family name is FN.1; its parts are sent by few and read by fewer.',
      },
    ],
  },
  {
    map: 'HD[Organization]',
    done: 'xon-organization.ts',
    components: [1, 2, 3],
    differences: [
      {
        rows: ['HD.3 identifier[2].type'],
        reason:
          'A universal id that is a URI says of which kind it is (table 0301), an NPI has its system; of others the kind stands as text.',
      },
    ],
  },
  {
    map: 'HD[uri]',
    done: 'hd.ts',
    components: [1, 2],
  },
  { map: 'ID[boolean]', done: 'row-values.ts', components: [1] },
  { map: 'ID[Coding]', done: 'security-labels.ts', components: [1] },
  { map: 'NM[Quantity-LengthOfStay]', done: 'pv2-encounter.ts', components: [1] },
  { map: 'NM[Quantity]', done: 'quantity.ts', components: [1] },
  { map: 'NM[positiveInt]', done: 'row-values.ts', components: [1] },
  { map: 'NR[Range]', done: 'quantity.ts', components: [1, 2] },
  {
    map: 'PL[Location]',
    done: 'pl-location.ts',
    components: [1, 2, 3, 4, 7, 8, 9],
    differences: [
      {
        rows: ['PL.10 *', 'PL.11 *'],
        reason:
          'A place is known by its path from the facility down, so that all messages find the same one.',
      },
    ],
  },
  { map: 'SAD[Address]', done: 'xad-address.ts', components: [1, 2, 3] },
  {
    map: 'SN[Quantity]',
    done: 'quantity.ts',
    components: [1, 2],
    differences: [
      {
        rows: [' extension[1].url', ' extension[1].valueString'],
        reason: 'What is no Quantity is a text, whole.',
      },
    ],
  },
  {
    map: 'SN[Range]',
    done: 'quantity.ts',
    components: [2, 4],
    differences: [
      {
        rows: [' extension[1].url', ' extension[1].valueString'],
        reason: 'What is no Range is a text, whole.',
      },
    ],
  },
  {
    map: 'SN[Ratio]',
    done: 'quantity.ts',
    components: [2, 4],
    differences: [
      {
        rows: [' extension[1].url', ' extension[1].valueString', 'SN.1 numerator.comparator'],
        reason: 'What is no plain Ratio is a text, whole.',
      },
    ],
  },
  { map: 'ST[CodeableConcept]', done: 'allergy-rows.ts', components: [1] },
  {
    map: 'XAD[Address]',
    done: 'xad-address.ts',
    components: [1, 2, 3, 4, 5, 6, 7, 9, 10, 12, 13, 14, 19],
    differences: [
      {
        rows: [
          'XAD.7 extension[2].uri',
          'XAD.7 extension[2].valueCodeableConcept.coding.value',
          'XAD.7 extension[2].valueCodeableConcept.coding.system',
        ],
        reason: 'An extension without a name; use and type say what the code means.',
      },
      {
        rows: ['XAD.10 extension[3].valueCode'],
        reason: 'The extension for a census tract has a string.',
      },
    ],
  },
  {
    map: 'XCN[Practitioner]',
    done: 'xcn-practitioner.ts',
    components: [1, 2, 3, 4, 5, 6, 7, 9, 10, 13, 17, 18, 19, 20, 21],
    differences: [
      { rows: ['XCN.9 identifier[1].assigner(Organization)'], reason: ASSIGNER },
      { rows: ['XCN.11 *', 'XCN.12 *'], reason: CHECK_DIGIT },
      { rows: ['XCN.14 *'], reason: 'The guide has no extension for it yet.' },
    ],
  },
  {
    map: 'XON[Organization]',
    done: 'xon-organization.ts',
    components: [1, 3, 6, 7, 10],
    differences: [
      { rows: ['XON.2 *', 'XON.8 *'], reason: 'The guide has no extension for it yet.' },
      { rows: ['XON.4 *', 'XON.5 *'], reason: CHECK_DIGIT },
      { rows: ['XON.6 identifier[1].assigner(Organization)'], reason: ASSIGNER },
    ],
  },
  {
    map: 'XON[string]',
    done: 'row-values.ts',
    components: [1],
    differences: [{ rows: ['XON.10 $value'], reason: 'A number is no name; XON.1 is asked for.' }],
  },
  {
    map: 'XPN[HumanName]',
    done: 'xpn-human-name.ts',
    components: [1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 13, 14, 15],
  },
  {
    map: 'XPN[string]',
    done: 'pid-patient.ts',
    components: [1],
  },
  {
    map: 'XTN[ContactPoint]',
    done: 'xtn-contact-point.ts',
    components: [1, 2, 3, 4, 7, 12, 13, 14, 18],
    differences: [
      {
        rows: ['XTN.5 *', 'XTN.6 *', 'XTN.7 extension*', 'XTN.8 *'],
        reason:
          'The value has the parts in the order in which they are dialled; said twice they would come apart.',
      },
      {
        rows: ['XTN.3 system.extension-data-absent-reason'],
        reason:
          'A number of which nobody says what it is, is taken for a telephone: FHIR wants a system (cpt-2).',
      },
      { rows: ['XTN.9 *'], reason: 'The guide has no extension for it yet.' },
    ],
  },
]

/** Data type maps that no field of an ADT message is converted by, and why. */
export const unusedTypes: readonly { readonly maps: readonly string[]; readonly reason: string }[] = [
  {
    maps: [
      'CF[CodeableConcept]',
      'CWE[code]',
      'CWE[string]',
      'CWE[uri]',
      'CX[string]',
      'DR[dateTime]',
      'ID[CodeableConcept]',
      'ID[code]',
      'ID[string]',
      'IS[CodeableConcept]',
      'IS[code]',
      'IS[string]',
      'ST[Identifier]',
    ],
    reason: 'One component of another map: the first says it, by the same code as CWE, CX or DTM.',
  },
  {
    maps: ['CWE[Duration]', 'CWE[Timing-DurationUnit]', 'CWE[Device]', 'CWE[Observation-SupportingInfo]'],
    reason: 'For orders and results (ORM, ORU); no segment of an ADT message uses it.',
  },
  {
    maps: ['CWE[Annotation]', 'DTM[Annotation-Time]', 'XCN[Annotation-Author]'],
    reason: 'Notes are made of NTE segments (NTE[Annotation]), of which the guide has no map.',
  },
  {
    maps: ['CWE[Organization]', 'CWE[PractitionerRole]', 'XCN[PractitionerRole]'],
    reason: 'Roles and organisations of the directory are made of all fields of their segment (roles.ts).',
  },
  {
    maps: ['CX[RelatedPerson-Mother]', 'XCN[Patient]', 'XCN[RelatedPerson]'],
    reason: 'Relatives are told by NK1, the patient by PID: a number alone makes nobody.',
  },
  {
    maps: ['DLD[Location-Discharge]'],
    reason: 'Where to is a text of the hospitalization: table 0113 names no place that could be shared.',
  },
  {
    maps: [
      'ED[Attachment]',
      'ED[DocumentReference]',
      'RP[Attachment]',
      'RP[DocumentReference]',
      'NA[SampledData]',
      'OG[Extension-Subidentifier]',
      'EIP[Identifier-PlacerAssignedIdentifier]',
      'EI[Device-udiCarrier]',
    ],
    reason:
      'Documents, waveforms, orders and devices come with other messages; what ADT sends is kept as text.',
  },
  {
    maps: [
      'EI[Coding]',
      'EI[Condition]',
      'EI[Procedure]',
      'EI[Identifier-DefaultAssigner]',
      'EI[Identifier-Organization]',
      'EI[Identifier-System]',
      'HD[Identifier]',
      'HD[Device]',
      'HD[Location]',
      'ID[CodeableConcept-UniversalID]',
      'XON[Location]',
      'PLN[Identifier]',
    ],
    reason:
      'Other readings of a type whose map in use is EI[Identifier-Extension], HD[uri], XON[Organization] or CX.',
  },
  {
    maps: [
      'HD[MessageHeader.destination-endpoint]',
      'HD[MessageHeader.destination-name]',
      'HD[MessageHeader.source-endpoint]',
      'HD[MessageHeader.source-name]',
      'MSG[Coding]',
      'MSG[MessageHeader]',
      'MSG[code]',
      'PT[Meta]',
    ],
    reason: 'There is no MessageHeader (see MSH); a test message is a tag of what it changes.',
  },
]

/** Code tables of the guide that no conversion looks up, and why. */
export const unusedTables: readonly { readonly maps: readonly string[]; readonly reason: string }[] = [
  {
    maps: [
      'DischargeDisposition',
      'DischargedToLocation',
      'FinancialClass',
      'PlanId',
      'PrimaryLanguage',
      'DietType',
    ],
    reason:
      'The table is site-defined and has no left side in the guide; PV1-36 has the NUBC codes (dispositions.ts), languages ISO 639, the others stay as sent, or as the settings of the source map them.',
  },
  {
    maps: ['VIPIndicator', 'OperatorID', 'VisitUserCode'],
    reason: 'Site-defined, without a left side in the guide; the code as sent is kept.',
  },
  {
    maps: ['Event[EncounterStatus]', 'EventType', 'PatientClass[EncounterStatus]', 'EventRelatedPeriod'],
    reason: 'Status and periods follow from the movements (ledger.ts); the two maps contradict one another.',
  },
  {
    maps: [
      'AllergenType[AllergyIntoleranceOriginalCategory]',
      'AllergySeverity[AllergyIntolerance.criticality-original]',
      'PublicityCode',
      'AdmissionLevelOfCareCode',
      'CountryCode',
      'OrganizationalNameType',
      'PractitionerIDNumberType',
    ],
    reason:
      'Each code maps to itself in its own table, which is what a code without a map does anyway, or its field has no element.',
  },
  {
    maps: ['SegmentActionCode', 'YesNoIndicator', 'YesNoIndicator[AvailabilityStatus]', 'UniversalIDType'],
    reason:
      'Words of the standard that conversions know (groups.ts, row-values.ts, hd.ts), to no code of FHIR.',
  },
  {
    maps: ['ConfidentialityCode', 'SecurityLabelHandlingInstructions'],
    reason:
      'For fields of later segments (DG1-31, MSH-26 to 28); those of ADT are yes or no (security-labels.ts).',
  },
  {
    maps: [
      'MessageStructure',
      'PrincipalLanguageOfMessage',
      'ProcessingMode',
      'RoutingInstruction',
      'PreferredMethodOfContact',
      'ParticipantOrganizationUnitType',
    ],
    reason: 'For fields that are not mapped (see above): of the message itself, or of what many share.',
  },
]
