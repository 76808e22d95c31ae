import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Failure } from '../../lib/result.ts'
import { smartConfiguration } from '../../fhir/smart/smart-configuration.ts'
import { sendFailure } from '../fhir/send.ts'
import { sendProblem } from '../problem.ts'
import { IssuerAway } from './fetch-json.ts'
import type { Issuer } from './issuer.ts'

const PATH = '/.well-known/smart-configuration'

/**
 * `.well-known/smart-configuration` of the FHIR base and of the server: where tokens are had (of the first issuer), and
 * what they open. 404 when no tokens are taken.
 */
export function smartRoutes(server: FastifyInstance, issuer: Issuer | undefined): void {
  server.get(`/fhir${PATH}`, (_request, reply) => answer(reply, issuer, sendFailure))
  server.get(PATH, (_request, reply) => answer(reply, issuer, sendProblem))
}

async function answer(
  reply: FastifyReply,
  issuer: Issuer | undefined,
  refuse: (reply: FastifyReply, failure: Failure) => FastifyReply,
): Promise<FastifyReply> {
  reply.header('access-control-allow-origin', '*')
  if (!issuer) return refuse(reply, noTokens)
  try {
    const configuration = smartConfiguration(await issuer.metadata())
    return reply.header('content-type', 'application/json').send(JSON.stringify(configuration))
  } catch (error) {
    if (error instanceof IssuerAway) return refuse(reply, away)
    throw error
  }
}

const noTokens: Failure = {
  kind: 'not-found',
  code: 'no-tokens',
  message: 'This server takes no tokens: set AUTH_ISSUER to have it ask who is calling.',
}

const away: Failure = {
  kind: 'unavailable',
  code: 'issuer-unreachable',
  message: 'The issuer of tokens can not be asked where tokens are had now; try again shortly.',
}
