import { expect, test } from 'vitest'
import type { CliIo } from '../../../src/cli/cli-io.ts'
import { serve } from '../../../src/cli/serve.ts'

test.each([[serve, ['--print-schema', 'rules'], 'The schema rules is not built yet.']] as const)(
  'an option of a later release is refused by name with exit code 2',
  async (verb, args, said) => {
    const err: string[] = []
    const io = { err: (text: string) => err.push(text), schemas: { sync: {} } } as unknown as CliIo
    expect(await verb.run(args, io)).toBe(2)
    expect(err.join('')).toContain(said)
  },
)
