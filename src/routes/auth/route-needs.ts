import { fail, ok, type Failure, type Result } from '../../lib/result.ts'
import { caseFileTypes } from '../../commands/cases/case-compartment.ts'
import { caseTypes } from '../../commands/fhir/fhir-deps.ts'
import type { Permission } from '../../fhir/smart/access.ts'
import type { Identity } from '../../fhir/smart/identity.ts'
import { mayDo } from '../../fhir/smart/may-do.ts'

/** What a route asks of who is calling. Failure: `access-denied`. */
export type Need = (identity: Identity) => Result<void>

const admitted = ok(undefined)

const denied = (wanted: string): Result<never> =>
  fail({
    kind: 'forbidden',
    code: 'access-denied',
    message: `The token does not allow this; it needs ${wanted}.`,
  })

const anyToken: Need = () => admitted

const operator: Need = ({ isOperator }) =>
  isOperator ? admitted : denied('the role operator, or the scope system/*.cruds')

const feeder: Need = ({ mayFeed }) => (mayFeed ? admitted : denied('the scope system/*.cu'))

/** Whole types, not a patient's part of them: what these routes show and change is about more than one resource. */
const whole =
  (types: readonly string[], permissions: string): Need =>
  ({ access }) => {
    const missing = types.filter(type =>
      (permissions.split('') as Permission[]).some(permission => mayDo(access, type, permission) !== 'all'),
    )
    if (missing.length === 0) return admitted
    return denied(`scopes user/ or system/ with ${permissions} for ${missing.join(', ')}, without a query`)
  }

/** What a case tells may be of any type that it is made of. */
const inCases =
  (permissions: string): Need =>
  identity => {
    const nouns = whole([...caseTypes], permissions)(identity)
    return nouns.ok ? whole(caseFileTypes, 'r')(identity) : nouns
  }

const isRead = (method: string): boolean => method === 'GET' || method === 'HEAD'

/** Without a token: what says nothing about anybody. */
const open: ReadonlySet<string> = new Set([
  ...['/livez', '/readyz', '/startupz', '/openapi.json'],
  ...['/.well-known/smart-configuration', '/fhir/.well-known/smart-configuration', '/fhir/metadata'],
])

/** Whether a route is for everybody. A preflight of a browser (OPTIONS) has no token yet. */
export const isOpen = (method: string, route: string | undefined): boolean =>
  method === 'OPTIONS' || (route !== undefined && (open.has(route) || /^\/docs(\/|$)/.test(route)))

interface Rule {
  readonly route: RegExp
  readonly need: (method: string) => Need
}

/** The first that fits decides. Below /fhir each interaction is looked at by itself (commands/fhir/fhir-access.ts). */
const rules: readonly Rule[] = [
  { route: /^\/fhir(\/|$)/, need: () => anyToken },
  { route: /^\/(admin\/|metrics$)/, need: () => operator },
  { route: /^\/adt$/, need: () => feeder },
  { route: /^\/(cases|caseload)$/, need: method => inCases(isRead(method) ? 'rs' : 'cr') },
  { route: /^\/cases\/:id\/what-if$/, need: () => inCases('r') },
  { route: /^\/cases\//, need: method => inCases(isRead(method) ? 'r' : 'cru') },
  { route: /^\/caseload\/reassign$/, need: () => inCases('crus') },
  { route: /^\/models(\/|$)/, need: method => whole(['PlanDefinition'], isRead(method) ? 'r' : 'cru') },
  { route: /^\/(instruments|check-in-script)$/, need: () => anyToken },
]

const unruled: Failure = {
  kind: 'forbidden',
  code: 'access-denied',
  message: 'No token allows this route.',
}

/** What a route needs; undefined = no rule names it. */
export const needOf = (method: string, route: string): Need | undefined =>
  rules.find(rule => rule.route.test(route))?.need(method)

/** Whether who is calling may use a route; one that no rule names is for nobody. An address without a route says so itself. */
export function mayUse(identity: Identity, method: string, route: string | undefined): Result<void> {
  if (route === undefined) return admitted
  const need = needOf(method, route)
  return need ? need(identity) : fail(unruled)
}
