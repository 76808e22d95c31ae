import { defineConfig, type DummyRuleMap, type OxlintOverride } from 'oxlint'

/**
 * The rooms of src/ (docs/explanation/architecture.md): which other rooms each may import and which packages. Whatever is
 * not named is refused; tests/conformance/rooms.test.ts seeds a violation of every rule and sees it refused.
 */
const builtins = ['node:*', 'node:*/**']
const pure = {
  // node:module: holidays are loaded when the first one is asked for.
  lib: {
    rooms: [],
    packages: ['node:crypto', 'node:assert', 'node:module', 'temporal-polyfill', 'date-holidays'],
  },
  'care-plan': { rooms: ['lib'], packages: ['typebox', 'typebox/**'] },
  hl7v2: { rooms: ['lib'], packages: ['node:buffer', 'node:zlib'] },
  // node:module: units of measure and FHIRPath are loaded when the first one is asked for.
  fhir: {
    rooms: ['lib'],
    packages: ['node:crypto', 'node:module', '@medplum/fhirtypes', '@lhncbc/ucum-lhc', 'fhirpath'],
  },
  mappers: { rooms: ['lib', 'care-plan', 'hl7v2', 'fhir'], packages: ['node:crypto', '@medplum/fhirtypes'] },
}
const grammars = ['lib', 'fhir', 'hl7v2', 'mappers', 'commands']
const effectful = {
  config: { rooms: ['lib'], packages: [...builtins, 'ajv', 'ajv/**'] },
  commands: {
    rooms: ['lib', 'care-plan', 'mappers', 'fhir', 'hl7v2'],
    packages: [...builtins, '@medplum/fhirtypes', 'typebox'],
  },
  observability: { rooms: ['lib', 'commands'], packages: [...builtins, 'pino', 'prom-client'] },
  store: { rooms: grammars, packages: [...builtins, 'pg', '@electric-sql/**'] },
  sync: { rooms: grammars, packages: builtins },
  routes: { rooms: grammars, packages: [...builtins, 'fastify', '@fastify/**', 'typebox'] },
  'routes/auth': { rooms: grammars, packages: [...builtins, 'fastify', 'jose'] },
  consumers: { rooms: grammars, packages: [...builtins] },
  'consumers/kafka': { rooms: grammars, packages: [...builtins, 'kafkajs', 'kafkajs/**'] },
  cli: { rooms: grammars, packages: builtins },
}

interface Room {
  readonly rooms: readonly string[]
  readonly packages: readonly string[]
}

/** Patterns know only the text of an import, so each depth of folders needs its own; the last match wins. */
const roomOverrides = ([name, { rooms, packages }]: readonly [string, Room]): OxlintOverride[] =>
  [0, 1, 2, 3].map(below => {
    const depth = name.split('/').length + below
    const up = (steps: number): string => '../'.repeat(steps)
    const ownFolders = Array.from({ length: depth - 1 }, (_, index) => `!${up(index + 1)}**`)
    const refusedPackages = packages.includes('node:crypto') ? cryptoPaths : []
    return {
      files: [`src/${name}/${'*/'.repeat(below)}*.ts`],
      rules: {
        'no-restricted-imports': [
          'error',
          {
            paths: refusedPackages,
            patterns: [
              {
                group: [
                  ...['*', '!./**', './../**', ...ownFolders, `${up(depth)}**`],
                  ...rooms.map(room => `!${up(depth)}${room}/**`),
                  ...packages.map(allowed => `!${allowed}`),
                ],
                message: `${name} may import its own files, ${rooms.join(', ') || 'no room'}; packages: ${packages.join(', ') || 'none'}`,
              },
            ],
          },
        ],
      },
    }
  })

/** Pure rooms may hash; ids and salts are made outside. */
const cryptoPaths = [
  { name: 'node:crypto', allowImportNames: ['createHash', 'hash'], message: 'only hashing is pure' },
]

const impureGlobals = [
  ...['Date', 'performance', 'fetch', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'],
  ...['process', 'crypto', 'navigator', 'WebSocket'],
]
const notInPureRooms = (globals: readonly string[]): DummyRuleMap => ({
  'no-restricted-globals': [
    'error',
    ...globals.map(name => ({ name, message: 'a pure room takes time, chance and the world as values' })),
  ],
  'no-restricted-properties': [
    'error',
    { object: 'Math', property: 'random', message: 'chance comes in as a value' },
    { object: 'Temporal', property: 'Now', message: 'the time comes in as a value' },
    { object: 'globalThis', message: 'a pure room takes the world as values' },
  ],
})

export default defineConfig({
  plugins: ['typescript', 'import', 'node', 'unicorn', 'oxc', 'promise'],
  categories: { correctness: 'error', suspicious: 'error', perf: 'error' },
  options: { typeAware: true },
  ignorePatterns: ['src/fhir/definitions/*.json', 'coverage', 'reports'],
  rules: {
    // Batches in order, guarded type narrowing at the edges and worker threads are what this service is made of.
    'no-await-in-loop': 'off',
    'no-control-regex': 'off',
    'typescript/no-unsafe-type-assertion': 'off',
    'oxc/no-async-endpoint-handlers': 'off',
    'oxc/no-map-spread': 'off',
    'oxc/no-accumulating-spread': 'off',
    'unicorn/no-useless-spread': 'off',
    'typescript/no-unsafe-enum-assignment': 'off',
    // Exhaustive switches return in every case: tsc sees it, this rule does not.
    'typescript/consistent-return': 'off',
    // Numbers are never sorted as texts here: tuples and tags are.
    'typescript/require-array-sort-compare': 'off',
    'unicorn/consistent-function-scoping': 'off',
    'unicorn/require-post-message-target-origin': 'off',
    'import/no-named-as-default-member': 'off',
    'import/no-default-export': 'error',
    'import/no-cycle': 'error',
    'no-console': 'error',
    'no-empty': ['error', { allowEmptyCatch: false }],
    'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx', 'hack'], location: 'anywhere' }],
    'max-lines': ['error', { max: 400 }],
    'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
    'max-params': ['error', { max: 4 }],
    'typescript/no-explicit-any': 'error',
    'typescript/ban-ts-comment': 'error',
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    'typescript/consistent-type-imports': 'error',
    'typescript/only-throw-error': 'error',
    'unicorn/filename-case': ['error', { case: 'kebabCase' }],
  },
  overrides: [
    { files: ['src/**/*.ts'], rules: { 'node/no-process-env': 'error' } },
    {
      files: ['src/config/**', 'src/main.ts', 'src/cli/casewire.ts'],
      rules: { 'node/no-process-env': 'off' },
    },
    ...[...Object.entries(pure), ...Object.entries(effectful)].flatMap(roomOverrides),
    { files: Object.keys(pure).map(room => `src/${room}/**/*.ts`), rules: notInPureRooms(impureGlobals) },
    // The one place that prints an instant.
    { files: ['src/lib/clock.ts'], rules: notInPureRooms(impureGlobals.filter(name => name !== 'Date')) },
    // The command line's entry gets everything from the composition root.
    { files: ['src/cli/casewire.ts'], rules: { 'no-restricted-imports': 'off' } },
    {
      files: ['tests/**/*.ts'],
      rules: { 'max-lines-per-function': 'off', 'max-lines': ['error', { max: 400, skipBlankLines: true }] },
    },
    { files: ['*.config.ts'], rules: { 'import/no-default-export': 'off' } },
  ],
})
