import type { Call } from './case-server.ts'
import { observationOf, patientOf, planOf } from './two-patients.ts'

/** What a request is aimed at: somebody's record, or nothing that ever was. */
export interface Aim {
  readonly patient: string
  readonly observation: string
  /** Prefix of its codes and identifiers. */
  readonly mark: string
  readonly patientMark: string
}

export interface LeakRequest {
  readonly name: string
  readonly call: (aim: Aim) => Call
}

const FHIR = '/fhir'

const gets = (
  entries: readonly (readonly [name: string, path: (aim: Aim) => string])[],
): readonly LeakRequest[] =>
  entries.map(([name, path]) => ({ name, call: aim => ({ path: `${FHIR}${path(aim)}` }) }))

const readPaths: Parameters<typeof gets>[0] = [
  ['read of a Patient', ({ patient }) => `/Patient/${patient}`],
  ['read of an Observation', ({ observation }) => `/Observation/${observation}`],
  ['read of a part', ({ observation }) => `/Observation/${observation}?_summary=true`],
  ['read as it was', ({ observation }) => `/Observation/${observation}?_at=2999-01-01T00:00:00Z`],
  ['vread of the first version', ({ observation }) => `/Observation/${observation}/_history/1`],
  ['vread of the second version', ({ observation }) => `/Observation/${observation}/_history/2`],
  ['vread of a Patient', ({ patient }) => `/Patient/${patient}/_history/1`],
  ['history', ({ observation }) => `/Observation/${observation}/_history`],
  ['history since', ({ observation }) => `/Observation/${observation}/_history?_since=2000-01-01`],
  ['history by pages', ({ observation }) => `/Observation/${observation}/_history?_count=1`],
  ['$meta', ({ observation }) => `/Observation/${observation}/$meta`],
  ['$validate of what stands', ({ observation }) => `/Observation/${observation}/$validate`],
  ['$everything', ({ patient }) => `/Patient/${patient}/$everything`],
  ['$explain', ({ observation }) => `/Observation/${observation}/$explain`],
  ['$explain of an element', ({ observation }) => `/Observation/${observation}/$explain?element=status`],
  ['$explain of a Patient', ({ patient }) => `/Patient/${patient}/$explain?element=name`],
  ['read of a case', ({ mark }) => `/EpisodeOfCare/${mark}-e1`],
  ['history of a case', ({ mark }) => `/EpisodeOfCare/${mark}-e1/_history`],
  ['$everything of a case', ({ mark }) => `/EpisodeOfCare/${mark}-e1/$everything`],
  ['$everything in small pages', ({ patient }) => `/Patient/${patient}/$everything?_count=1`],
]

const searchPaths: Parameters<typeof gets>[0] = [
  ['search by _id', ({ observation }) => `/Observation?_id=${observation}`],
  ['search by reference', ({ patient }) => `/Observation?subject=Patient/${patient}`],
  ['search by token', ({ mark }) => `/Observation?code=${mark}-code`],
  ['search by text of a token', ({ mark }) => `/Observation?code:text=${mark}`],
  ['search by string', ({ patientMark }) => `/Patient?family=${patientMark}`],
  ['search by identifier', ({ patientMark }) => `/Patient?identifier=${patientMark}-mrn`],
  ['search by what it is not', ({ mark }) => `/Observation?code:not=${mark}-code&_summary=count`],
  ['search by what is missing', ({ patient }) => `/Observation?focus:missing=true&subject=${patient}`],
  ['search by _filter', ({ mark }) => `/Observation?_filter=code%20eq%20${mark}-code`],
  ['chain', ({ patientMark }) => `/Observation?subject:Patient.family=${patientMark}-family`],
  ['chain to what an own resource names', ({ mark }) => `/Observation?focus:Observation.code=${mark}-code`],
  ['_has', ({ mark }) => `/Patient?_has:Observation:subject:code=${mark}-code`],
  ['_has on an own resource', ({ mark }) => `/Observation?_has:Observation:focus:code=${mark}-code`],
  ['_has of a List', ({ mark }) => `/Observation?_has:List:item:title=${mark}`],
  [
    '_has and chain',
    ({ patientMark }) => `/Observation?_has:Observation:focus:subject:Patient.family=${patientMark}`,
  ],
  ['_has of a place', ({ mark }) => `/Location?_has:Encounter:location:_id=${mark}-n1`],
  [
    '_has of a place by what was there',
    ({ patientMark }) => `/Location?_has:Encounter:location:subject:Patient.family=${patientMark}`,
  ],
  ['search of Tasks by their case', ({ mark }) => `/Task?group-identifier=${mark}-e1`],
  ['search of Provenance by who it is of', ({ patient }) => `/Provenance?target=Patient/${patient}`],
  ['compartment of an Encounter', ({ mark }) => `/Encounter/${mark}-n1/*`],
  ['_list', ({ mark }) => `/Observation?_list=${mark}-l1`],
  ['count', ({ patient }) => `/Observation?subject=${patient}&_summary=count`],
  ['estimated total', ({ patient }) => `/Observation?subject=${patient}&_total=estimate`],
  ['elements of a search', ({ patient }) => `/Observation?subject=${patient}&_elements=status`],
  ['search of several types', ({ observation }) => `/?_type=Observation,Patient&_id=${observation}`],
  ['compartment of a type', ({ patient }) => `/Patient/${patient}/Observation`],
  ['compartment', ({ patient }) => `/Patient/${patient}/*?_total=accurate`],
  ['$lastn', ({ patient }) => `/Observation/$lastn?patient=Patient/${patient}&category=vital-signs`],
  ['total', ({ patient }) => `/Observation?subject=${patient}&_total=accurate`],
]

/** Aimed at nothing in particular: what they give may differ by caller, and must hold nothing of the other. */
const widePaths: Parameters<typeof gets>[0] = [
  ['search of all', () => '/Observation?_total=accurate'],
  ['search by number', () => '/Observation?value-quantity=gt100&_total=accurate'],
  ['search by date', () => '/Observation?date=ge2026-06&_total=accurate'],
  ['search by date of change', () => '/Observation?_lastUpdated=ge2000&_total=accurate'],
  ['search by negation', () => '/Observation?_has:List:item:title:missing=true'],
  ['sorted search', () => '/Patient?_sort=-family&_count=1&_total=accurate'],
  ['sorted by time', () => '/Observation?_sort=-_lastUpdated&_count=1'],
  ['_include', () => '/Observation?_include=Observation:subject'],
  ['_include of what an own resource names', () => '/Observation?_include=Observation:focus'],
  ['_revinclude', () => '/Patient?_revinclude=Observation:subject'],
  ['_revinclude of what names an own resource', () => '/Observation?_revinclude=Observation:focus'],
  ['_revinclude of Lists', () => '/Observation?_revinclude=List:item'],
  ['_revinclude of Provenance', () => '/Patient?_revinclude=Provenance:target'],
  ['search of Provenance', () => '/Provenance'],
  ['search of Conditions', () => '/Condition?_total=accurate'],
  ['search of Lists', () => '/List'],
  ['search of many types', () => '/?_type=Observation,Patient,List,Binary,Provenance&_total=accurate'],
  ['own compartment', () => '/Patient/ownpat-01/*'],
  [
    'own compartment with what refers to it',
    () => '/Patient/ownpat-01/Observation?_revinclude=Observation:focus',
  ],
  [
    'iterated includes',
    () => '/Observation?_include:iterate=Observation:focus&_revinclude:iterate=List:item',
  ],
  ['estimate of all', () => '/Observation?_total=estimate'],
  ['search of Binaries', () => '/Binary'],
  ['history of a type', () => '/Observation/_history'],
  ['history of a type by pages', () => '/Observation/_history?_count=1'],
  ['history of Provenance', () => '/Provenance/_history'],
  ['history of everything', () => '/_history'],
  ['history of everything by pages', () => '/_history?_count=2'],
  ['$everything of all', () => '/Patient/$everything'],
  ['history of what was another’s', () => '/Observation/movein-01/_history'],
  ['version that was another’s', () => '/Observation/movein-01/_history/1'],
  ['history of what is another’s now', () => '/Observation/moveout-1/_history'],
  ['version of what is another’s now', () => '/Observation/moveout-1/_history/1'],
  ['$meta of a type', () => '/Observation/$meta'],
  ['$meta of the system', () => '/$meta'],
  ['Binary', () => '/Binary/zbzres-b1'],
  ['plan of a search', () => '/Observation?code=zbzres-code&_explain=true'],
]

const conditional = (name: string, headers: Readonly<Record<string, string>>): LeakRequest => ({
  name,
  call: ({ observation }) => ({ path: `${FHIR}/Observation/${observation}`, headers }),
})

const bundleOf = (type: string, ...entry: readonly object[]): Call => ({
  method: 'POST',
  path: FHIR,
  body: { resourceType: 'Bundle', type, entry },
})

const readEntries = ['transaction', 'batch'].flatMap((type): readonly LeakRequest[] => [
  {
    name: `${type} that reads`,
    call: ({ observation }) =>
      bundleOf(type, { request: { method: 'GET', url: `Observation/${observation}` } }),
  },
  {
    name: `${type} that searches`,
    call: ({ patient }) =>
      bundleOf(type, { request: { method: 'GET', url: `Observation?subject=${patient}` } }),
  },
  {
    name: `${type} that reads a history`,
    call: ({ observation }) =>
      bundleOf(type, { request: { method: 'GET', url: `Observation/${observation}/_history` } }),
  },
])

export const aimedReads: readonly LeakRequest[] = [
  ...gets(readPaths),
  ...gets(searchPaths),
  conditional('read with an ETag that fits', { 'if-none-match': 'W/"1", W/"2"' }),
  conditional('read with a time that fits', { 'if-modified-since': 'Fri, 01 Jan 2999 00:00:00 GMT' }),
  {
    name: 'HEAD',
    call: ({ observation }) => ({ method: 'HEAD', path: `${FHIR}/Observation/${observation}` }),
  },
  ...readEntries,
  {
    name: 'search of a compartment by a form',
    call: ({ patient }) => ({
      ...{ method: 'POST', path: `${FHIR}/Patient/${patient}/Observation/_search`, body: '_total=accurate' },
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    }),
  },
  {
    name: 'search by a form',
    call: ({ patient }) => ({
      ...{ method: 'POST', path: `${FHIR}/Observation/_search`, body: `subject=Patient/${patient}` },
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    }),
  },
]

export const wideReads: readonly LeakRequest[] = gets(widePaths)

const OWN = 'ownpat-01'
/** Of the caller's own patient, at the address that is aimed at. */
const asOwn = ({ observation }: Aim) => observationOf(observation, OWN, 'ownres')
const patchBody = {
  resourceType: 'Parameters',
  parameter: [
    {
      name: 'operation',
      part: [
        { name: 'type', valueCode: 'replace' },
        { name: 'path', valueString: 'Observation.status' },
        { name: 'value', valueCode: 'corrected' },
      ],
    },
  ],
}
const metaBody = {
  resourceType: 'Parameters',
  parameter: [{ name: 'meta', valueMeta: { tag: [{ system: 'https://t', code: 'x' }] } }],
}
/** A condition of its own each time: the ids that one condition may take are few. */
let conditions = 0
const condition = (mark: string): string => {
  conditions += 1
  return `identifier=${mark}-obs&code:not=n${conditions}`
}
const withoutId = ({ id: _id, ...rest }: ReturnType<typeof observationOf>) => rest

const to = (
  name: string,
  method: NonNullable<Call['method']>,
  rest: (aim: Aim) => Omit<Call, 'method'>,
): LeakRequest => ({ name, call: aim => ({ method, ...rest(aim) }) })

const at = ({ observation }: Aim): string => `${FHIR}/Observation/${observation}`
const byIdentifier = ({ mark }: Aim): string => `${FHIR}/Observation?identifier=${mark}-obs`

/** Everything that writes at an address, or by a condition that finds what is aimed at. */
export const aimedWrites: readonly LeakRequest[] = [
  to('update', 'PUT', aim => ({ path: at(aim), body: asOwn(aim) })),
  to('update of a Patient', 'PUT', ({ patient }) => ({
    path: `${FHIR}/Patient/${patient}`,
    body: patientOf(patient, 'ownpat'),
  })),
  to('update of the version', 'PUT', aim => ({
    ...{ path: at(aim), body: asOwn(aim), headers: { 'if-match': 'W/"1", W/"2"' } },
  })),
  to('update of what is not there', 'PUT', aim => ({
    ...{ path: at(aim), body: asOwn(aim), headers: { 'if-none-match': '*' } },
  })),
  to('patch', 'PATCH', aim => ({ path: at(aim), body: patchBody })),
  to('patch of the version', 'PATCH', aim => ({
    ...{ path: at(aim), body: patchBody, headers: { 'if-match': 'W/"1", W/"2"' } },
  })),
  to('delete', 'DELETE', aim => ({ path: at(aim) })),
  to('delete of the version', 'DELETE', aim => ({
    ...{ path: at(aim), headers: { 'if-match': 'W/"1", W/"2"' } },
  })),
  to('$meta-add', 'POST', aim => ({ path: `${at(aim)}/$meta-add`, body: metaBody })),
  to('update of a case', 'PUT', ({ mark }) => ({
    path: `${FHIR}/EpisodeOfCare/${mark}-e1`,
    body: {
      ...{ resourceType: 'EpisodeOfCare', id: `${mark}-e1`, status: 'active' },
      patient: { reference: `Patient/${OWN}` },
    },
  })),
  to('delete of a case', 'DELETE', ({ mark }) => ({ path: `${FHIR}/EpisodeOfCare/${mark}-e1` })),
  to('test of a case by a patch', 'PATCH', ({ mark }) => ({
    path: `${FHIR}/EpisodeOfCare/${mark}-e1`,
    body: [{ op: 'test', path: '/status', value: 'active' }],
    headers: { 'content-type': 'application/json-patch+json' },
  })),
  to('plan of the own case with a goal', 'POST', ({ mark }) => ({
    path: `${FHIR}/CarePlan`,
    body: planOf('ownres-e1', OWN, `${mark}-g1`),
  })),
  to('conditional create', 'POST', aim => ({
    path: `${FHIR}/Observation`,
    body: withoutId(observationOf('x', OWN, 'ownres')),
    headers: { 'if-none-exist': condition(aim.mark) },
  })),
  to('conditional update', 'PUT', aim => ({ path: byIdentifier(aim), body: withoutId(asOwn(aim)) })),
  to('conditional update with an id', 'PUT', aim => ({ path: byIdentifier(aim), body: asOwn(aim) })),
  to('conditional patch', 'PATCH', aim => ({ path: byIdentifier(aim), body: patchBody })),
  to('conditional delete', 'DELETE', aim => ({ path: byIdentifier(aim) })),
  ...['transaction', 'batch'].flatMap((type): readonly LeakRequest[] => [
    {
      name: `${type} that updates`,
      call: aim =>
        bundleOf(type, {
          resource: asOwn(aim),
          request: { method: 'PUT', url: `Observation/${aim.observation}` },
        }),
    },
    {
      name: `${type} that deletes`,
      call: aim => bundleOf(type, { request: { method: 'DELETE', url: `Observation/${aim.observation}` } }),
    },
    {
      name: `${type} that creates by a condition`,
      call: aim =>
        bundleOf(type, {
          resource: withoutId(observationOf('x', OWN, 'ownres')),
          request: { method: 'POST', url: 'Observation', ifNoneExist: condition(aim.mark) },
        }),
    },
    {
      name: `${type} that refers by a condition`,
      call: aim =>
        bundleOf(type, {
          resource: {
            ...withoutId(observationOf('x', OWN, 'ownres')),
            focus: [{ reference: `Observation?identifier=${aim.mark}-obs` }],
          },
          request: { method: 'POST', url: 'Observation' },
        }),
    },
  ]),
]

/** What would take something to another patient's record, or from it: refused to who may write in one record only. */
export const outsideWrites: readonly LeakRequest[] = [
  to('create in another record', 'POST', ({ patient }) => ({
    path: `${FHIR}/Observation`,
    body: withoutId(observationOf('x', patient, 'ownres')),
  })),
  to('move to another record', 'PUT', ({ patient }) => ({
    path: `${FHIR}/Observation/ownres-o1`,
    body: observationOf('ownres-o1', patient, 'ownres'),
  })),
  to('message to another record', 'POST', ({ patient }) => ({
    path: `${FHIR}/Communication`,
    body: {
      ...{ resourceType: 'Communication', status: 'completed' },
      ...{ sender: { reference: `Patient/${OWN}` }, subject: { reference: `Patient/${patient}` } },
    },
  })),
  to('create of another patient', 'POST', () => ({
    path: `${FHIR}/Patient`,
    body: { resourceType: 'Patient', name: [{ family: 'new' }] },
  })),
]
