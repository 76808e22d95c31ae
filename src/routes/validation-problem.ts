import type { FastifyError } from 'fastify'
import type { Failure, FailureIssue } from '../lib/result.ts'

type Fault = NonNullable<FastifyError['validation']>[number]

const FAULTS_MAX = 20

/** What a schema refuses, each fault by the name of its field; never a value. Code `request-malformed`. */
export function malformed({ validation = [], validationContext }: FastifyError): Failure {
  const issues = validation.slice(0, FAULTS_MAX).map(fault => issueOf(fault, validationContext ?? 'body'))
  const [first] = issues
  const message = issues.map(({ diagnostics }) => diagnostics).join(' ')
  return {
    kind: 'invalid',
    code: 'request-malformed',
    message: message === '' ? 'The request could not be read.' : message,
    ...(first?.expression !== undefined && { expression: first.expression }),
    ...(issues.length > 1 && { issues }),
  }
}

function issueOf(fault: Fault, context: string): FailureIssue {
  const field = fieldOf(fault)
  const place =
    field === '' ? `The ${context === 'body' ? 'body' : 'request'}` : `${wordFor(context)} ${field}`
  const diagnostics = `${place} ${whatIsWrong(fault)}`
  return { severity: 'error', code: 'value', diagnostics, ...(field !== '' && { expression: field }) }
}

const wordFor = (context: string): string => (context === 'body' ? 'The field' : 'The parameter')

/** `members.0.name`, as far as names can be trusted to be names. */
function fieldOf({ instancePath, params }: Fault): string {
  const named = params?.['additionalProperty'] ?? params?.['missingProperty']
  const path = [...instancePath.split('/').slice(1), ...(typeof named === 'string' ? [named] : [])]
  return path
    .join('.')
    .replace(/[^\w:.-]/g, '?')
    .slice(0, 80)
}

const article = (type: string): string => (/^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`)

const namesOf = (values: unknown): string =>
  Array.isArray(values) ? values.map(String).join(', ') : 'the values that /openapi.json lists'

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
    case 'minItems':
      return `needs at least ${String(params?.['limit'])}.`
    case 'maxLength':
    case 'maxItems':
      return `may have at most ${String(params?.['limit'])}.`
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      return `must be ${String(params?.['comparison'])} ${String(params?.['limit'])}.`
    case 'pattern':
      return 'has not the form that /openapi.json describes.'
    default:
      return `has no value that is allowed (${schemaPath.split('/').at(-1) ?? keyword}).`
  }
}
