import { Ajv, type ErrorObject } from 'ajv'
import { charsetLabel } from '../lib/charset-names.ts'

/** Compiles a configuration schema; every fault is collected, defaults are filled in. */
export function compileSchema(schema: object, coerceTypes: boolean): SchemaCheck {
  const ajv = new Ajv({
    allErrors: true,
    useDefaults: true,
    coerceTypes,
    strict: true,
    strictTypes: false,
    strictRequired: false,
  })
  ajv.addFormat('http-url', isHttpUrl)
  ajv.addFormat('issuers', text => text.split(',').every(isIssuer))
  ajv.addFormat('postgres-url', isPostgresUrl)
  ajv.addFormat('time-zone', isTimeZone)
  ajv.addFormat('uri', isUri)
  ajv.addFormat('charset', text => charsetLabel(text) !== undefined)
  const validate = ajv.compile(schema)
  return value => {
    const copy: unknown = structuredClone(value)
    return validate(copy) ? { value: copy, errors: [] } : { value: copy, errors: validate.errors ?? [] }
  }
}

/** Gives a copy with defaults, and what is wrong with it; the value given is left as it was. */
export type SchemaCheck = (value: unknown) => {
  readonly value: unknown
  readonly errors: readonly ErrorObject[]
}

function isHttpUrl(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === ''
}

/** Keys come from there: a way that can be listened in on is only good enough inside one machine. */
function isIssuer(text: string): boolean {
  const url = URL.parse(text)
  if (!url || !isHttpUrl(text) || url.username !== '' || url.password !== '') return false
  return url.protocol === 'https:' || isLoopback(url.hostname)
}

/** Whether a host is this machine and nothing else. */
export const isLoopback = (host: string): boolean => /^(127(\.\d{1,3}){3}|::1|\[::1\]|localhost)$/.test(host)

function isPostgresUrl(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && /^postgres(ql)?:$/.test(url.protocol)
}

/** Absolute: an identifier system is not resolved against anything. */
const isUri = (text: string): boolean => /^[a-z][a-z0-9+.-]*:\S+$/i.test(text)

function isTimeZone(text: string): boolean {
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions()
    return !/^[+-]/.test(timeZone)
  } catch {
    return false
  }
}
