import type { FastifyError } from 'fastify'
import { INSTANT_PATTERN } from '../lib/fhir-time.ts'
import type { Failure, FailureIssue } from '../lib/result.ts'

type Fault = NonNullable<FastifyError['validation']>[number]

const FAULTS_MAX = 20

/**
 * What a schema refuses, each fault by the name of its field; never a value. Code `request-malformed`, or `at-malformed`
 * when the time that a request is about is none.
 */
export function malformed({ validation = [], validationContext }: FastifyError): Failure {
  const issues = validation.slice(0, FAULTS_MAX).map(fault => issueOf(fault, validationContext ?? 'body'))
  const [first] = issues
  const message = issues.map(({ diagnostics }) => diagnostics).join(' ')
  return {
    kind: 'invalid',
    code: codeOf(validation, validationContext),
    message: message === '' ? 'The request could not be read.' : message,
    ...(first?.expression !== undefined && { expression: first.expression }),
    ...(issues.length > 1 && { issues }),
  }
}

function codeOf(validation: readonly Fault[], context: string | undefined): string {
  if (validation.length > 0 && validation.every(isTime)) return 'at-malformed'
  const header = context === 'headers' ? fieldOf(validation[0]) : ''
  return (Object.hasOwn(headers, header) && headers[header]?.code) || 'request-malformed'
}

/** Headers that /openapi.json gives a form, each with the name that it is written by. */
const headers: Readonly<
  Record<string, { readonly name: string; readonly code: string; readonly form: string }>
> = {
  'x-actor': {
    name: 'X-Actor',
    code: 'actor-malformed',
    form: 'must be a reference such as Practitioner/123 (or PractitionerRole, Patient, RelatedPerson, Organization, Device).',
  },
  'if-match': {
    name: 'If-Match',
    code: 'if-match-malformed',
    form: 'must be an ETag as it was answered, such as W/"1f0c2a", several with commas, or *.',
  },
  'idempotency-key': {
    name: 'Idempotency-Key',
    code: 'idempotency-key-malformed',
    form: 'must be 1 to 255 visible ASCII characters, such as a UUID.',
  },
}

const TIMES: ReadonlySet<string> = new Set(['/at', '/from', '/to'])

const isTime = ({ keyword, instancePath, params }: Fault): boolean =>
  keyword === 'pattern' && TIMES.has(instancePath) && params?.['pattern'] === INSTANT_PATTERN

function issueOf(fault: Fault, context: string): FailureIssue {
  const field = fieldOf(fault)
  const header = context === 'headers' && Object.hasOwn(headers, field) ? headers[field] : undefined
  if (header) {
    const diagnostics = `The header ${header.name} ${header.form}`
    return { severity: 'error', code: 'value', diagnostics, expression: header.name }
  }
  const place =
    field === '' ? `The ${context === 'body' ? 'body' : 'request'}` : `${wordFor(context)} ${field}`
  const diagnostics = `${place} ${whatIsWrong(fault)}`
  return { severity: 'error', code: 'value', diagnostics, ...(field !== '' && { expression: field }) }
}

const wordFor = (context: string): string => (context === 'body' ? 'The field' : 'The parameter')

/** `members.0.name`, as far as names can be trusted to be names. */
function fieldOf({ instancePath, params }: Pick<Fault, 'instancePath' | 'params'> = noFault): string {
  const named = params?.['additionalProperty'] ?? params?.['missingProperty']
  const path = [...instancePath.split('/').slice(1), ...(typeof named === 'string' ? [named] : [])]
  return path
    .join('.')
    .replace(/[^\w:.-]/g, '?')
    .slice(0, 80)
}

const noFault = { instancePath: '', params: {} }

const article = (type: string): string => (/^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`)

const namesOf = (values: unknown): string =>
  Array.isArray(values) ? values.map(String).join(', ') : 'the values that /openapi.json lists'

/** A list of codes with commas, as `codeList` (routes/cases/list-cases.ts) writes its pattern. */
const CODES = /^\^\(([\w|-]+)\)\(,\(\1\)\)\*\$$/

/** A number of entries, as lists ask for it. */
const COUNT = /^\^\[1-9\]\[0-9\]\{0,(\d)\}\$$/
/** An id alone, however its pattern is written. */
const ID = /^\^\[A-Za-z0-9(?:\.-|\\-\.)\]\{1,64\}\$$/

function formOf(pattern: string): string {
  if (pattern === INSTANT_PATTERN)
    return 'must be a date with time and offset, such as 2026-10-13T09:00:00-04:00; + in a query is %2B.'
  const codes = CODES.exec(pattern)?.[1]
  if (codes !== undefined) return `takes ${codes.replaceAll('|', ', ')}; several with commas.`
  const digits = COUNT.exec(pattern)?.[1]
  if (digits !== undefined) return `must be a whole number from 1 to ${'9'.repeat(Number(digits) + 1)}.`
  return ID.test(pattern)
    ? 'must be an id: letters, digits, hyphens and dots, at most 64.'
    : 'has not the form that /openapi.json describes.'
}

function counted(params: Fault['params'], one: string, many = `${one}s`): string {
  const limit = Number(params?.['limit'])
  return `${limit} ${limit === 1 ? one : many}`
}

function whatIsWrong({ keyword, params, schemaPath }: Fault): string {
  switch (keyword) {
    case 'additionalProperties':
      return 'is not known here.'
    case 'required':
      return 'is missing.'
    case 'type':
      return `must be ${article(String(params?.['type']))}.`
    case 'enum':
      return `must be one of ${namesOf(params?.['allowedValues'])}.`
    case 'minLength':
      return `needs at least ${counted(params, 'character')}.`
    case 'minItems':
      return `needs at least ${counted(params, 'entry', 'entries')}.`
    case 'maxLength':
      return `may have at most ${counted(params, 'character')}.`
    case 'maxItems':
      return `may have at most ${counted(params, 'entry', 'entries')}.`
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      return `must be ${String(params?.['comparison'])} ${String(params?.['limit'])}.`
    case 'pattern':
      return formOf(String(params?.['pattern']))
    default:
      return `has no value that is allowed (${schemaPath.split('/').at(-1) ?? keyword}).`
  }
}
