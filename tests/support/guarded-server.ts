import type { EmitEvent } from '../../src/commands/ports/events.ts'
import { openCaseServer, type Call, type CaseServer, type Reply } from './case-server.ts'
import { openOAuthServer, type OAuthServer } from './oauth-server.ts'

/** The whole service with AUTH_ISSUER, and the OAuth server whose tokens it takes. */
export interface GuardedServer extends CaseServer {
  readonly oauth: OAuthServer
  /** A call with a token; `undefined` for none. */
  readonly as: (token: string | undefined, call: Call) => Promise<Reply>
  /** Everything that was logged. */
  readonly logged: readonly unknown[]
}

export const AUDIENCE = 'http://127.0.0.1:8080/fhir'

/** The clock is the real one at the start: oidc-provider knows no other. */
export async function openGuardedServer(
  environment: Readonly<Record<string, string>> = {},
): Promise<GuardedServer> {
  const start = Date.now()
  const state: { server?: CaseServer } = {}
  const oauth = await openOAuthServer({
    audience: AUDIENCE,
    nowMs: () => state.server?.clock.nowMs ?? start,
  })
  const logged: unknown[] = []
  const emit: EmitEvent = (name, fields) => {
    logged.push({ name, ...fields })
  }
  const server = await openCaseServer(new Date(start).toISOString(), {
    environment: { AUTH_ISSUER: oauth.issuer, ...environment },
    overrides: { emit, keysCooldownMs: 0 },
  })
  state.server = server
  return {
    ...server,
    ...{ oauth, logged },
    as: (token, call) =>
      server.call({
        ...call,
        headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...call.headers },
      }),
    close: async () => {
      await server.close()
      await oauth.close()
    },
  }
}
