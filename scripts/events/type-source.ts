import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Types and lists of the nouns as text, by name: TypeScript keeps none of them for the time when a program runs. */
export interface TypeSource {
  /** Fields of an interface: name, whether it may be missing, type as written, sentence of its comment. */
  readonly fieldsOf: (name: string) => readonly Field[] | undefined
  /** What a type alias stands for. */
  readonly aliasOf: (name: string) => string | undefined
  /** The texts of a constant list. */
  readonly listOf: (name: string) => readonly string[] | undefined
}

export interface Field {
  readonly name: string
  readonly isOptional: boolean
  readonly type: string
  readonly says?: string
}

/** Files with types that nouns are made of. */
const OTHERS = [
  'src/lib/calendar-date.ts',
  'src/care-plan/case/case.ts',
  'src/care-plan/duties/obligation.ts',
  'src/care-plan/case/case-file.ts',
]

export function readTypeSource(root: string): TypeSource {
  // The nouns come last: a name that stands elsewhere too means theirs.
  const text = [...OTHERS, ...globSync('src/care-plan/nouns/*.ts', { cwd: root }).toSorted()]
    .map(file => readFileSync(join(root, file), 'utf8'))
    .join('\n')
  const interfaces = new Map(
    [...text.matchAll(/^(?:export )?interface (\w+) \{\n([\s\S]*?)^\}/gm)].map(([, name, body]) => [
      name,
      body,
    ]),
  )
  const aliases = new Map(
    [...text.matchAll(/^(?:export )?type (\w+) =\s*([\s\S]*?)\n(?=\n|export|const|\/\*\*)/gm)].map(
      ([, name, body]) => [name, (body ?? '').trim()],
    ),
  )
  const lists = new Map(
    [...text.matchAll(/^(?:export )?const (\w+)(?::[^=]+)? = \[([^[\]{}]*)\](?: as const)?$/gm)].map(
      ([, name, body]) => [name, quotedIn(body ?? '')],
    ),
  )
  return {
    fieldsOf: name => {
      const body = interfaces.get(name)
      return body === undefined ? undefined : fieldsIn(body)
    },
    aliasOf: name => aliases.get(name),
    listOf: name => lists.get(name),
  }
}

export const quotedIn = (text: string): readonly string[] =>
  [...text.matchAll(/'([^']*)'/g)].map(([, quoted]) => quoted ?? '')

/** Fields stand two blanks deep; a type that opens a brace goes on until it closes. */
function fieldsIn(body: string): readonly Field[] {
  const found = body.matchAll(
    /(?:^ {2}\/\*\* ([^\n]*?) ?\*\/\n)?^ {2}readonly (\w+)(\??): ([\s\S]*?)(?=\n {2}(?:readonly|\/\*\*)|\n?$(?![\s\S]))/gm,
  )
  return [...found].map(([, says, name = '', question, type = '']) => ({
    name,
    isOptional: question === '?',
    type: type.replaceAll(/\s+/g, ' ').trim(),
    ...(says !== undefined && { says }),
  }))
}
