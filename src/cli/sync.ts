import { parseArguments, refused, usage } from './arguments.ts'
import type { CliIo, Operations, Verb } from './cli-io.ts'
import type { Result } from '../lib/result.ts'

const help = `casewire sync [--to URL] [--peer NAME] status|plan|run

Keeping external FHIR servers (SYNC_CONFIG) in step: status prints the state of each peer,
plan what a round would write there, field by field (nothing is written), run makes one
round now. Prints one JSON object a peer.

  --to URL     a running service, e.g. http://127.0.0.1:8080; without it the configured store
  --peer NAME  this peer only

Exit code: 0 done, 1 a peer could not be reached, 2 wrong usage.`

async function run(args: readonly string[], io: CliIo): Promise<number> {
  const parsed = parseArguments(args, { to: { type: 'string' }, peer: { type: 'string' } })
  if (!parsed.ok) return usage(io, help, parsed.failure.message)
  const [action, ...rest] = parsed.value.positionals
  const known = action === 'status' || action === 'plan' || action === 'run'
  if (!known || rest.length > 0) return usage(io, help, 'Say status, plan or run.')
  const operations = await io.operations(parsed.value.text('to'))
  if (!operations.ok) return refused(io, operations.failure)
  try {
    return await onPeers(action, parsed.value.text('peer'), operations.value, io)
  } finally {
    await operations.value.close()
  }
}

async function onPeers(
  action: 'status' | 'plan' | 'run',
  name: string | undefined,
  operations: Operations,
  io: CliIo,
): Promise<number> {
  const listed = await operations.peers()
  if (!listed.ok) return failed(io, listed)
  const peers = listed.value.filter(peer => name === undefined || peer.name === name)
  if (name !== undefined && peers.length === 0) return usage(io, help, `SYNC_CONFIG has no peer ${name}.`)
  if (peers.length === 0) io.err('There is no peer: SYNC_CONFIG names none.\n')
  let code = 0
  for (const peer of peers) {
    const act = action === 'plan' ? operations.planPeer : operations.runPeer
    const result = action === 'status' ? { ok: true as const, value: peer } : await act(peer.name)
    if (result.ok) io.out(`${JSON.stringify(result.value)}\n`)
    if (!result.ok || hasFailed(result.value)) code = result.ok ? 1 : failed(io, result)
  }
  return code
}

const hasFailed = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'failure' in value && value.failure !== undefined

function failed(io: CliIo, result: Result<unknown>): number {
  if (!result.ok) io.err(`${result.failure.message}\n`)
  return 1
}

export const sync: Verb = { summary: 'state of the peers, dry run, one round now', help, run }
