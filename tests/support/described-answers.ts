import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import type { Call, CaseServer, Reply } from './case-server.ts'

interface Operation {
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: object }>> }>
  >
}

export interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

/** What of the answers that were given differs from what /openapi.json says of them; the same calls go through it. */
export interface DescribedAnswers {
  readonly server: CaseServer
  readonly faults: readonly string[]
}

/** A server that holds each of its answers against its own OpenAPI document. */
export async function describedAnswers(server: CaseServer): Promise<DescribedAnswers> {
  const document = (await server.call({ path: '/openapi.json' })).json as OpenApiDocument
  const paths = Object.keys(document.paths).map(path => ({
    path,
    pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
  }))
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  const known = new Map<string, ValidateFunction>()
  const faults: string[] = []
  const check = ({ method = 'GET', path }: Call, reply: Reply): void => {
    const bare = path.split('?')[0] ?? ''
    const literal = paths.find(each => each.path === bare || each.pattern.test(bare))
    if (!literal) return
    const name = `${method} ${literal.path} ${reply.status}`
    const operation = document.paths[literal.path]?.[method.toLowerCase()]
    const type = (reply.headers['content-type'] ?? '').split(';')[0] ?? ''
    const schema = operation?.responses[reply.status]?.content?.[type]?.schema
    if (!schema) faults.push(`${name} ${type}: not described`)
    else {
      const validate = known.get(`${name} ${type}`) ?? ajv.compile(schema)
      known.set(`${name} ${type}`, validate)
      if (!validate(reply.json)) faults.push(`${name}: ${ajv.errorsText(validate.errors)}`)
    }
  }
  const call = async (request: Call): Promise<Reply> => {
    const reply = await server.call(request)
    check(request, reply)
    return reply
  }
  const command: CaseServer['command'] = (caseId, name, body = {}, headers = {}) =>
    call({ method: 'POST', path: `/cases/${caseId}/commands/${name}`, body, headers })
  return { server: { ...server, call, command }, faults }
}
