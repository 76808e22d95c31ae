import type { Node } from '../scope.ts'

/** Whether a value meets a profile, as far as it was asked in one check: each is answered once, however many point to it. */
export interface Answers {
  readonly known: Map<Node, Map<string, Entry>>
  /** What is being asked now, each because of the one before. */
  readonly open: Entry[]
  /** True if what is being asked further out is. */
  readonly supposed: Entry[]
}

interface Entry {
  readonly forget: () => void
  readonly depth: number
  /** Depth of the outermost question that it was answered in supposing. */
  lowest: number
  state: 'open' | 'supposed' | 'settled'
  answer: boolean
}

export const noAnswers = (): Answers => ({ known: new Map(), open: [], supposed: [] })

/**
 * The answer to a question that may lead back to itself, as references go in circles: what is being asked is supposed to be
 * true meanwhile. What was answered in supposing so holds when that turns out true, and is asked again when not, so that
 * the questions of a circle are counted and not its ways (after Tarjan's strongly connected components).
 */
export function answered(answers: Answers, value: Node, canonical: string, ask: () => boolean): boolean {
  const { known, open, supposed } = answers
  const own = known.get(value) ?? new Map<string, Entry>()
  known.set(value, own)
  const found = own.get(canonical)
  if (found) {
    if (found.state !== 'settled') lowered(open.at(-1), found.lowest)
    return found.answer
  }
  const depth = open.length
  const forget = (): void => void own.delete(canonical)
  const entry: Entry = { forget, depth, lowest: depth, state: 'open', answer: true }
  own.set(canonical, entry)
  open.push(entry)
  const mark = supposed.length
  entry.answer = ask()
  open.pop()
  settle(entry, supposed.splice(mark), answers)
  return entry.answer
}

function settle(entry: Entry, within: readonly Entry[], { open, supposed }: Answers): void {
  lowered(open.at(-1), entry.lowest)
  if (!entry.answer) {
    for (const each of within) each.forget()
    entry.state = 'settled'
  } else if (entry.lowest < entry.depth) {
    entry.state = 'supposed'
    supposed.push(...within, entry)
  } else for (const each of [...within, entry]) each.state = 'settled'
}

function lowered(entry: Entry | undefined, to: number): void {
  if (entry && to < entry.lowest) entry.lowest = to
}
