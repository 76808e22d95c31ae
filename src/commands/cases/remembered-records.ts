import type { Instant } from '../../lib/clock.ts'
import { recentMemory } from '../../lib/recent-memory.ts'
import { madeOf, rememberedBy } from '../../lib/remembered-lists.ts'
import { keyText } from '../../fhir/resource.ts'
import { parseRemembered } from '../work/parsed-resources.ts'
import type { Loaded, RecordMarks, Store, Stored } from '../ports/store.ts'
import { loadedRows } from '../work/work-rows.ts'
import { caseRecord } from './case-compartment.ts'

export interface RecordRequest {
  readonly tenant: number
  readonly lane: number
  readonly caseId: string
  readonly lock?: boolean
}

/** A record as it stood at some moment. */
interface Known {
  readonly resources: readonly Stored[]
  readonly mark: bigint
  /** When the youngest row was last changed. */
  readonly newest: Instant
  readonly chars: number
}

/** Characters of content that the process remembers of records; parsed and read it takes some five times as many bytes. */
const REMEMBERED_CHARS = 16 * 2 ** 20

const memoryOf = rememberedBy((_store: Store) => recentMemory<Known>(REMEMBERED_CHARS))

/**
 * The record of a case as it stands: of one that is remembered only what changed since is read, with the mark of the whole.
 * Where that isn't the mark of what is remembered with what was read, the whole is read. Rows that stay as they were are the
 * very same objects, so that what was read of them is not read anew.
 */
export async function loadRecord(store: Store, { caseId, ...frame }: RecordRequest): Promise<Loaded> {
  const memory = memoryOf(store)
  const key = `${frame.tenant} ${caseId}`
  const request = { ...frame, ...caseRecord(caseId) }
  const known = frame.lock === true ? undefined : memory.get(key)
  if (known) {
    const { recordOf } = request
    const loaded = await store.load({ ...request, recordOf: { ...recordOf, after: known.newest } })
    const now = loaded.record && withChanged(known, loaded.resources, loaded.record)
    if (now) {
      memory.keep(key, now, now.chars)
      return { ...loaded, resources: now.resources }
    }
  }
  const loaded = await store.load(request)
  if (!loaded.record || loaded.resources.length === 0) return loaded
  const whole = knownAs(loaded.resources, loaded.record)
  memory.keep(key, whole, whole.chars)
  return loaded
}

/** Of the rows that are remembered. */
const markOf = new WeakMap<Stored, bigint>()

function knownAs(resources: readonly Stored[], { marks, mark }: RecordMarks): Known {
  for (const [stored, own] of marks) markOf.set(stored, own)
  const chars = resources.reduce((sum, { content }) => sum + content.length, 0)
  return { resources, mark, newest: newestOf(resources, ''), chars }
}

const newestOf = (rows: readonly Stored[], from: Instant): Instant =>
  rows.reduce((newest, { updated }) => (updated > newest ? updated : newest), from)

/** What is known with what changed; undefined when that isn't all that stands. */
function withChanged(
  known: Known,
  read: readonly Stored[],
  { rows, mark, marks }: RecordMarks,
): Known | undefined {
  const stood = loadedRows(known.resources, parseRemembered).rows
  const changed = read.filter(row => stood.get(keyText(row))?.version !== row.version)
  const resources = [...known.resources]
  let { mark: now, chars } = known
  for (const stored of changed) {
    const was = stood.get(keyText(stored))
    const own = marks.get(stored) ?? 0n
    markOf.set(stored, own)
    now ^= own ^ ((was?.stored && markOf.get(was.stored)) ?? 0n)
    chars += stored.content.length - (was?.stored?.content.length ?? 0)
    resources[was?.order ?? resources.length] = stored
  }
  if (resources.length !== rows || now !== mark) return undefined
  if (changed.length === 0) return known
  return {
    resources: madeOf(resources, known.resources),
    mark,
    chars,
    newest: newestOf(changed, known.newest),
  }
}
