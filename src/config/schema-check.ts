import { Ajv, type ErrorObject } from 'ajv'

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
  ajv.addFormat('postgres-url', isPostgresUrl)
  ajv.addFormat('time-zone', isTimeZone)
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

function isPostgresUrl(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && /^postgres(ql)?:$/.test(url.protocol)
}

function isTimeZone(text: string): boolean {
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions()
    return !/^[+-]/.test(timeZone)
  } catch {
    return false
  }
}
