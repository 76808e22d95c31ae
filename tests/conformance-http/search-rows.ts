import { says, SEARCHED, type Sentence } from './check.ts'

/** A search, without the tag that keeps it to this run, and the names of what it must find; `{name}` stands for an id. */
export type Row = readonly [
  id: string,
  type: string,
  query: string,
  finds: readonly string[],
  sentence: Sentence,
]

const S = (anchor: string, text: string): Sentence => says(`search.html#${anchor}`, text)
const LOINC = 'http://loinc.org'
const T = SEARCHED.code

const STRING = S(
  'string',
  'By default, a field matches a string query if the value of the field equals or starts with the supplied parameter value, after both have been normalized by case and accent',
)
const EXACT = S(
  'string',
  ':exact returns results that match the entire supplied parameter, including casing and accents',
)
const CONTAINS = S(
  'string',
  ':contains returns results that include the supplied parameter value anywhere within the field being searched',
)
const TOKEN = S('token', '[parameter]=[code], [system]|[code], |[code] (no system), [system]| (any code)')
const NOT = S(
  'token',
  ':not: Reverse the code matching described in the paragraph above: return all resources that do not have a matching item. This includes resources that have no value',
)
const TEXT = S(
  'token',
  ':text: The search parameter is processed as a string that searches text associated with the code/value - either CodeableConcept.text, Coding.display, or Identifier.type.text',
)
const OF_TYPE = S(
  'token',
  ':of-type: The search parameter has the format system|code|value, where the system and code refer to a Identifier.type.coding.system and .code',
)
const DATE = S(
  'date',
  'The date parameter format is yyyy-mm-ddThh:mm:ss[Z|(+|-)hh:mm] ... any degree of precision can be provided ... the range of the search value',
)
const PREFIX = S(
  'prefix',
  'eq: the range of the search value fully contains the range of the target value; ne: not fully contains; gt, lt, ge, le: the range above, below ... overlaps the range of the target value; sa, eb: does not overlap',
)
const PERIOD = S(
  'date',
  'Period: Explicit, though the upper or lower bound might not actually be specified in resources; missing upper bounds are less than any actual date',
)
const NUMBER = S(
  'number',
  '[parameter]=100: Values that equal 100, to 3 significant figures precision, so this is actually searching for values in the range [99.5 ... 100.5)',
)
const QUANTITY = S(
  'quantity',
  '[parameter]=[prefix][number]|[system]|[code]: ... 5.4|http://unitsofmeasure.org|mg ... servers may do unit conversion (canonical units of UCUM)',
)
const COMPOSITE = S(
  'composite',
  'composite ... allows a join of the values of two parameters in the same element, separated by $',
)
const REFERENCE = S('reference', '[parameter]=[id], [type]/[id], [url]')
const IDENTIFIER = S(
  'reference',
  ':identifier allows for searching by the identifier rather than the literal reference',
)
const MISSING = S(
  'modifiers',
  ":missing=true returns all resources that don't have a value for the specified parameter; false those that have",
)
const URI = S('uri', 'matches are precise ... :below, :above: a hierarchical prefix of the uri')
const CHAIN = S(
  'chaining',
  'reference parameters may be chained by appending them with a period (.) followed by the name of a search parameter defined for the target resource',
)
const HAS = S(
  'has',
  '_has:[resource]:[reference parameter]:[search parameter]=: select resources based on the properties of resources that refer to them; may be nested',
)
const AND = S('combining', 'repeat: all must match (AND); values separated by comma: any may match (OR)')
const ESCAPE = S('escaping', '\\, \\$ \\| \\\\ stand for the characters themselves')
const COMMON = S('all', '_id, _lastUpdated, _tag, _profile, _security, _text, _content, _list, _has, _type')
const FILTER = says('search_filter.html', '_filter: paramName op value, and, or, not, parentheses')
const COMPARTMENT = says('compartmentdefinition.html', 'GET [base]/[compartment]/[id]/[type]')

export const rows: readonly Row[] = [
  ['string-begins', 'Patient', 'family=garc', ['ana', 'bob'], STRING],
  ['string-accents', 'Patient', 'given=ZOE', ['zoe'], STRING],
  ['string-not-inside', 'Patient', 'family=imm', [], STRING],
  ['string-second-given', 'Patient', 'given=eve', ['ana'], STRING],
  ['string-name', 'Patient', 'name=zimm', ['zoe'], STRING],
  ['string-address', 'Patient', 'address=osl', ['ana'], STRING],
  ['string-exact', 'Patient', 'family:exact=Garcia', ['bob'], EXACT],
  ['string-exact-case', 'Patient', 'family:exact=garcia', [], EXACT],
  ['string-contains', 'Patient', 'family:contains=imme', ['zoe'], CONTAINS],
  ['token-code', 'Patient', 'gender=female', ['ana'], TOKEN],
  ['token-system-code', 'Patient', `identifier=urn:mrn|B${T}`, ['bob'], TOKEN],
  ['token-any-system', 'Patient', `identifier=B${T}`, ['bob'], TOKEN],
  ['token-no-system', 'Patient', `identifier=|B${T}`, [], TOKEN],
  ['token-system-only', 'Patient', 'identifier=urn:mrn|', ['ana', 'bob'], TOKEN],
  ['token-boolean', 'Patient', 'active=true', ['ana'], TOKEN],
  ['token-contact-point', 'Patient', 'email=ana@example.org', ['ana'], TOKEN],
  ['token-deceased', 'Patient', 'deceased=true', ['bob'], TOKEN],
  ['token-coding', 'Observation', `code=${LOINC}|85354-9`, ['pressure'], TOKEN],
  ['token-not', 'Patient', 'gender:not=female', ['bob', 'zoe'], NOT],
  ['token-text', 'Observation', 'code:text=how', ['weight-kg'], TEXT],
  [
    'token-of-type',
    'Patient',
    `identifier:of-type=http://terminology.hl7.org/CodeSystem/v2-0203|MR|A\\|1\\,${T}`,
    ['ana'],
    OF_TYPE,
  ],
  ['date-day', 'Patient', 'birthdate=1980-02-29', ['ana'], DATE],
  ['date-month-contains', 'Patient', 'birthdate=1980-02', ['ana', 'bob'], PREFIX],
  ['date-year-contains', 'Patient', 'birthdate=1990', ['zoe'], PREFIX],
  ['date-ne', 'Patient', 'birthdate=ne1980-02-29', ['bob', 'zoe'], PREFIX],
  ['date-ge', 'Patient', 'birthdate=ge1990', ['zoe'], PREFIX],
  ['date-lt', 'Patient', 'birthdate=lt1990', ['ana', 'bob'], PREFIX],
  ['date-range', 'Patient', 'birthdate=ge1980-02-28&birthdate=lt1980-03-02', ['ana', 'bob'], PREFIX],
  ['date-sa', 'Observation', 'date=sa2024-03-14', ['pressure'], PREFIX],
  ['date-eb', 'Observation', 'date=eb2024-03-15', ['weight-kg'], PREFIX],
  ['date-period-overlap', 'Encounter', 'date=ge2024-03-15&date=lt2024-04-01', ['stay'], PREFIX],
  ['date-ge-contains', 'Observation', 'date=ge2024-03', ['pressure', 'weight-g', 'weight-kg'], PREFIX],
  ['date-period-open', 'Encounter', 'date=gt2025-01-01', ['open-stay'], PERIOD],
  ['date-instant', 'Observation', 'date=2024-03-14T10:00:00Z', ['weight-kg'], DATE],
  ['date-zone', 'Observation', 'date=2024-03-14T12:00:00%2B02:00', ['weight-kg'], DATE],
  ['number-implicit-range', 'RiskAssessment', 'probability=0.5', ['risk'], NUMBER],
  ['number-precise', 'RiskAssessment', 'probability=0.50', [], NUMBER],
  ['number-gt', 'RiskAssessment', 'probability=gt0.8', ['risk-high'], NUMBER],
  ['number-le', 'RiskAssessment', 'probability=le0.54', ['risk'], NUMBER],
  ['quantity-unit', 'Observation', 'value-quantity=5|http://unitsofmeasure.org|g', ['weight-kg'], QUANTITY],
  ['quantity-any-unit', 'Observation', 'value-quantity=5', ['weight-kg'], QUANTITY],
  ['quantity-code-only', 'Observation', 'value-quantity=5||g', ['weight-kg'], QUANTITY],
  [
    'quantity-canonical',
    'Observation',
    'value-quantity=5000|http://unitsofmeasure.org|mg',
    ['weight-kg'],
    QUANTITY,
  ],
  ['quantity-gt', 'Observation', 'value-quantity=gt6|http://unitsofmeasure.org|g', ['weight-g'], QUANTITY],
  [
    'composite',
    'Observation',
    `component-code-value-quantity=${LOINC}|8480-6$gt100`,
    ['pressure'],
    COMPOSITE,
  ],
  [
    'composite-same-element',
    'Observation',
    `component-code-value-quantity=${LOINC}|8462-4$gt100`,
    [],
    COMPOSITE,
  ],
  [
    'composite-code-value',
    'Observation',
    `code-value-quantity=${LOINC}|29463-7$gt6`,
    ['weight-g'],
    COMPOSITE,
  ],
  ['reference-type-id', 'Observation', 'subject=Patient/{ana}', ['pressure', 'weight-kg'], REFERENCE],
  ['reference-id', 'Observation', 'subject={bob}', ['weight-g'], REFERENCE],
  ['reference-patient', 'Observation', 'patient={bob}', ['weight-g'], REFERENCE],
  ['reference-typed', 'Observation', 'subject:Patient={bob}', ['weight-g'], REFERENCE],
  ['reference-absolute', 'Observation', 'subject={BASE}/Patient/{bob}', ['weight-g'], REFERENCE],
  ['reference-identifier', 'CarePlan', `subject:identifier=urn:mrn|B${T}`, ['care-plan'], IDENTIFIER],
  ['missing-true', 'Patient', 'gender:missing=true', ['zoe'], MISSING],
  ['missing-false', 'Patient', 'gender:missing=false', ['ana', 'bob'], MISSING],
  ['missing-reference', 'Encounter', 'part-of:missing=true', ['stay'], MISSING],
  ['uri', 'ValueSet', `url=http://example.org/${T}/fhir/ValueSet/one`, ['set'], URI],
  ['uri-precise', 'ValueSet', `url=http://example.org/${T}/fhir`, [], URI],
  ['uri-below', 'ValueSet', `url:below=http://example.org/${T}/fhir`, ['set'], URI],
  ['uri-above', 'ValueSet', `url:above=http://example.org/${T}/fhir/ValueSet/one/two`, ['set'], URI],
  ['chain', 'Observation', 'subject:Patient.family=garcia', ['pressure', 'weight-g', 'weight-kg'], CHAIN],
  ['chain-untyped', 'Observation', 'patient.gender=male', ['weight-g'], CHAIN],
  [
    'chain-two-levels',
    'Observation',
    'subject:Patient.organization.name=general',
    ['pressure', 'weight-kg'],
    CHAIN,
  ],
  ['chain-same-resource', 'Observation', 'patient.gender=male&patient.birthdate=1980-02-29', [], CHAIN],
  ['has', 'Patient', `_has:Observation:patient:code=${LOINC}|85354-9`, ['ana'], HAS],
  ['has-or', 'Patient', '_has:Observation:patient:status=final,preliminary', ['ana', 'bob'], HAS],
  [
    'has-nested',
    'Organization',
    '_has:Patient:organization:_has:Observation:patient:status=final',
    ['hospital'],
    HAS,
  ],
  [
    'chain-into-has',
    'Encounter',
    'subject:Patient._has:Observation:patient:status=preliminary',
    ['open-stay'],
    HAS,
  ],
  ['or', 'Patient', 'gender=male,female', ['ana', 'bob'], AND],
  ['and', 'Patient', 'given=ana&given=eve', ['ana'], AND],
  ['and-none', 'Patient', 'gender=male&given=eve', [], AND],
  ['escaped', 'Patient', `identifier=urn:mrn|A\\|1\\,${T}`, ['ana'], ESCAPE],
  ['id', 'Patient', '_id={ana}', ['ana'], COMMON],
  ['id-or', 'Patient', '_id={ana},{bob}', ['ana', 'bob'], COMMON],
  ['last-updated', 'Patient', '_lastUpdated=ge2020', ['ana', 'bob', 'zoe'], COMMON],
  ['last-updated-none', 'Patient', '_lastUpdated=lt2020', [], COMMON],
  ['tag', 'Patient', '_tag=urn:x|vip', ['ana'], COMMON],
  ['list', 'Patient', '_list={list}', ['bob'], COMMON],
  ['text', 'Patient', '_text=collarbone', ['bob'], COMMON],
  ['content', 'Patient', '_content=zimmer', ['zoe'], COMMON],
  ['filter-eq', 'Patient', '_filter=gender eq "male"', ['bob'], FILTER],
  ['filter-or', 'Patient', '_filter=given co "eve" or birthdate ge 1990', ['ana', 'zoe'], FILTER],
  ['filter-not', 'Patient', '_filter=not (gender eq "female")', ['bob', 'zoe'], FILTER],
  ['compartment', 'Patient/{ana}/Observation', '', ['pressure', 'weight-kg'], COMPARTMENT],
  ['compartment-narrowed', 'Patient/{ana}/Observation', `code=${LOINC}|85354-9`, ['pressure'], COMPARTMENT],
  ['compartment-encounter', 'Encounter/{stay}/Observation', '', ['weight-kg'], COMPARTMENT],
  ['compartment-practitioner', 'Practitioner/{house}/Observation', '', ['pressure'], COMPARTMENT],
]
