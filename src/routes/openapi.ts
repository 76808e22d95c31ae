import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance, FastifySchema } from 'fastify'
import { describedRoutes } from './openapi-routes.ts'

export interface OpenApiOptions {
  readonly version: string
  /** Where clients reach this server, if that is known. */
  readonly publicUrl?: string
}

/**
 * Collects the schemas of every route that is registered after it: register it first. `/openapi.json` is OpenAPI 3.1,
 * `/docs` a page of it that loads nothing from elsewhere.
 */
export function openApi(server: FastifyInstance, { version, publicUrl }: OpenApiOptions): void {
  void server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Casewire',
        version,
        description: [
          'Case management, the ADT inlet and what operators need. Refusals are `application/problem+json` (RFC 9457).',
          'The FHIR R4 API under `/fhir` describes itself by its CapabilityStatement: `GET /fhir/metadata`.',
        ].join('\n\n'),
        license: { name: 'Apache-2.0' },
      },
      ...(publicUrl !== undefined && { servers: [{ url: publicUrl }] }),
      tags: [
        { name: 'cases', description: 'List, create, read.' },
        { name: 'views', description: 'What is known of a case, now or at another time.' },
        { name: 'commands', description: 'What people do about a case.' },
        { name: 'models', description: 'Models of case management.' },
        { name: 'adt', description: 'HL7 v2 in.' },
        { name: 'admin', description: 'For operators.' },
      ],
    },
    transformObject: document => in2020(documentIn(document)) as object,
    transform: ({ schema, url, route }) => ({ schema: described(schema, url, route.method), url }),
  })
  void server.register(swaggerUi, {
    routePrefix: '/docs',
    uiConfig: { url: '/openapi.json', docExpansion: 'none', validatorUrl: null },
    staticCSP: true,
    transformStaticCSP: header => header.replace(/ upgrade-insecure-requests;?/, ''),
  })
  void server.register(async own => {
    own.get('/openapi.json', { schema: { hide: true } }, async () => server.swagger())
  })
}

const documentIn = (document: object): object =>
  'openapiObject' in document ? (document.openapiObject as object) : document

/** OpenAPI 3.1 speaks JSON Schema 2020-12, where a tuple is `prefixItems`; the routes check by draft 7. */
function in2020(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(in2020)
  if (typeof value !== 'object' || value === null) return value
  const { items, additionalItems, ...rest } = value as Readonly<Record<string, unknown>>
  const isTuple = Array.isArray(items)
  const others = Object.entries(rest).map(([name, each]) => [name, in2020(each)])
  return {
    ...Object.fromEntries(others),
    ...(isTuple && { prefixItems: in2020(items) }),
    ...(isTuple && additionalItems !== undefined && { items: in2020(additionalItems) }),
    ...(!isTuple && items !== undefined && { items: in2020(items) }),
  }
}

/** What a route's own schema lacks stands in a table; routes that are described elsewhere are left out. */
function described(
  schema: FastifySchema | undefined,
  url: string,
  method: string | readonly string[],
): FastifySchema {
  const known = describedRoutes[`${[method].flat().join()} ${url}`]
  if (known) return { ...schema, ...known }
  return schema?.tags ? schema : { ...schema, hide: true }
}
