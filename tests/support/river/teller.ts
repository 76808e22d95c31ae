import { filled, type Act, type Deed, type Written } from './acts.ts'
import { local } from './acts.ts'
import type { Call, Reply, RiverService } from './river-service.ts'

/** Who tells the story: keeps the names that it gives to what comes into being. */
export interface Teller {
  readonly service: RiverService
  readonly kept: Map<string, string>
  /** The answers of the acts, in order. */
  readonly tell: (acts: readonly Act[]) => Promise<readonly Reply[]>
  /** `GET`, with names replaced; fails unless it is answered. */
  // eslint-disable-next-line typescript/no-explicit-any -- tests look into answers of any shape
  readonly get: (path: string) => Promise<any>
}

/** How people’s deeds reach the service: by the case API or otherwise. */
export type Hand = (teller: Teller, deed: Deed) => Promise<Reply>

export function storyteller(service: RiverService, hand: Hand): Teller {
  const kept = new Map<string, string>()
  const teller: Teller = {
    service,
    kept,
    tell: async acts => {
      const replies: Reply[] = []
      for (const act of acts) {
        await service.moveTo(act.at)
        if ('adt' in act) await service.send(act.adt)
        else if ('resource' in act) replies.push(await put(teller, act))
        else replies.push(await done(teller, act, hand))
      }
      return replies
    },
    get: async path => {
      const reply = await service.call({ path: filled(path, kept) })
      if (reply.status !== 200) throw new Error(`GET ${path}: ${reply.status} ${reply.text}`)
      return reply.json
    },
  }
  return teller
}

async function put({ service, kept }: Teller, { by, resource }: Written): Promise<Reply> {
  const path = `/fhir/${resource.resourceType}/${filled(resource.id, kept)}`
  const reply = await service.call({ method: 'PUT', path, by, body: filled(resource, kept) })
  if (reply.status >= 300) throw new Error(`PUT ${path}: ${reply.status} ${reply.text}`)
  return reply
}

async function done(teller: Teller, deed: Deed, hand: Hand): Promise<Reply> {
  const reply = await hand(teller, deed)
  const { status, rule } = deed.refused ?? {}
  const isAsTold = status === undefined ? reply.status < 300 : reply.status === status
  if (!isAsTold || (rule !== undefined && reply.json.rule !== rule))
    throw new Error(`${deed.command} at ${deed.at}: ${reply.status} ${reply.text}`)
  return reply
}

/** By the case API: a command on the case kept as `CASE`. */
export const byCommand: Hand = async (teller, { command, by, at, body = {}, keep = {} }) => {
  const { service, kept } = teller
  const call: Call = {
    method: 'POST',
    path: `/cases/${kept.get('CASE')}/commands/${command}`,
    by: filled(by, kept),
    body: { ...filled(body, kept), at: local(at) },
  }
  const reply = await service.call(call)
  for (const [name, type] of Object.entries(keep)) {
    const event = reply.json?.events?.find((one: { readonly type: string }) => one.type === type)
    if (event) kept.set(name, event.nounId as string)
  }
  return reply
}
