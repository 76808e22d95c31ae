import type { FastifyInstance } from 'fastify'
import { addressName, operationRoutes, operations } from '../../../fhir/operations/operations.ts'
import { allowedMethods } from '../../allowed-methods.ts'
import type { Failure } from '../../../lib/result.ts'
import { sendFailure } from '../send.ts'

const names = [...new Set(operations.map(operation => `$${addressName(operation)}`))].join(', ')

export const unknownOperation: Failure = (() => {
  const message = `There is no such operation at this address; there are ${names} (metadata says for which types).`
  const issues = [{ severity: 'error', code: 'not-supported', diagnostics: message }] as const
  return { kind: 'not-found', code: 'operation-unknown', message, issues }
})()

const otherMethod: Failure = {
  kind: 'method-not-allowed',
  code: 'interaction-not-supported',
  message: 'This operation is called by another method; the header Allow lists it.',
}

/** Addresses with `$` that no operation has: 404, or 405 where there is one for another method. */
export function unknownOperations(server: FastifyInstance): void {
  for (const url of ['/$:operation', '/:type/$:operation', '/:type/:id/$:operation']) {
    server.route({
      method: ['GET', 'POST'],
      url,
      onRequest: async (request, reply) => {
        const allowed = allowedMethods(operationRoutes, request.url.slice(server.prefix.length))
        if (allowed.length === 0) return sendFailure(reply, unknownOperation)
        return sendFailure(reply.header('allow', allowed.join(', ')), otherMethod)
      },
      handler: async (_request, reply) => sendFailure(reply, unknownOperation),
    })
  }
}
