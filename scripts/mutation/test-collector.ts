import { format } from 'node:util'

/** A test that was found in a file. */
export interface CollectedTest {
  readonly id: string
  readonly name: string
  readonly file: string
  readonly run: () => unknown
}

type Body = (...args: readonly unknown[]) => unknown
type Declared = readonly [name: string, ...rest: readonly unknown[]]

/**
 * Takes the place of vitest's `describe`, `it` and `test` and keeps what they declare. Only what the tests of the pure rooms
 * use: no hooks, no mocks; options (timeouts) are of no account here.
 */
export function testCollector() {
  const path: string[] = []
  let file = ''
  let tests: CollectedTest[] = []

  const declareTest = ([name, ...rest]: Declared, args: readonly unknown[] = []): void => {
    const full = [...path, titled(name, args)].join(' ')
    const body = bodyOf(rest)
    const id = `${file}#${full} (${tests.length})`
    tests.push({ id, name: full, file, run: () => body(...args) })
  }

  const declareSuite = ([name, ...rest]: Declared, args: readonly unknown[] = []): void => {
    path.push(titled(name, args))
    bodyOf(rest)(...args)
    path.pop()
  }

  const api = (declare: (declared: Declared, args?: readonly unknown[]) => void) => {
    const plain = (...declared: Declared): void => declare(declared)
    return Object.assign(plain, {
      each:
        (table: readonly unknown[]) =>
        (...declared: Declared): void =>
          table.forEach(row => declare(declared, Array.isArray(row) ? row : [row])),
      skipIf: (isSkipped: unknown) => (isSkipped ? () => undefined : plain),
    })
  }

  return {
    api: { describe: api(declareSuite), it: api(declareTest), test: api(declareTest) },

    /** The tests that a file declares while it is loaded. */
    async collect(from: string, load: () => Promise<void>): Promise<readonly CollectedTest[]> {
      file = from
      tests = []
      path.length = 0
      await load()
      return tests
    },
  }
}

function bodyOf(rest: readonly unknown[]): Body {
  const body = rest.find(one => typeof one === 'function')
  if (!body) throw new Error('a test or suite without a body')
  return body as Body
}

/** The title of one row: `%s` and the like from its values, `$key` from its object. */
function titled(name: string, args: readonly unknown[]): string {
  if (args.length === 0) return name
  const [first] = args
  const named = name.replace(/\$(\w+)/g, (whole, key: string) =>
    typeof first === 'object' && first !== null && key in first
      ? String((first as Readonly<Record<string, unknown>>)[key])
      : whole,
  )
  const count = (named.match(/%[sdifjoO]/g) ?? []).length
  return format(named, ...args.slice(0, count))
}
