type Holder = Record<string, unknown>

const VALUES: readonly unknown[] = [
  ...[
    '',
    ' ',
    'x y',
    'active',
    'unknown',
    '#x',
    'Patient/1',
    'Device/1',
    'urn:uuid:ABC',
    'http://a b',
    '<div>x</div>',
  ],
  ...[
    '2026',
    '2026-03',
    '2026-13-01',
    '2026-02-30',
    '2026-03-14T10:00:00',
    '2026-03-14T10:00:00Z',
    '12:00:00',
    '24:00:00',
  ],
  ...[5, -1, 0, 1.5, 1e20, true, null, [], {}, ['a'], [null], { x: 1 }, { id: 'a' }, { text: 'a' }],
  ...[
    { coding: [{ code: 'x' }] },
    { value: 1, code: 'mg' },
    { reference: '#q' },
    { reference: 'Patient/1', type: 'Device' },
  ],
  ...[{ start: '2026-02-01', end: '2025-01-01' }, { extension: [{ url: 'u:x', valueString: 'a' }] }],
]

/** Copies of resources with one thing in each changed at random: removed, renamed, replaced, wrapped, repeated, grafted. */
export function damaged(resources: readonly object[], count: number, seed: number): readonly object[] {
  const random = mulberry32(seed)
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T
  return Array.from({ length: count }, () => {
    const copy = JSON.parse(JSON.stringify(pick(resources))) as object
    damage(pick(holdersIn(copy)), pick, resources)
    return copy
  })
}

type Pick = <T>(items: readonly T[]) => T

function damage(holder: Holder, pick: Pick, resources: readonly object[]): void {
  const key = pick(Object.keys(holder))
  const value = holder[key]
  const graft = pick(holdersIn(pick(resources)).filter(other => !Array.isArray(other)))
  const ways: readonly (() => void)[] = [
    () => (Array.isArray(holder) ? holder.splice(Number(key), 1) : delete holder[key]),
    () => Object.assign(holder, { [`${key}x`]: value }),
    () => Object.assign(holder, { [key]: pick(VALUES) }),
    () => Object.assign(holder, { [key]: pick(VALUES) }),
    () => Object.assign(holder, { [key]: Array.isArray(value) ? value[0] : [value] }),
    () => Object.assign(holder, { [key]: typeof value === 'string' ? value.toUpperCase() : [] }),
    () => Array.isArray(value) && value.push(JSON.parse(JSON.stringify(value[0]))),
    () => !Array.isArray(holder) && Object.assign(holder, grafted(graft, pick)),
  ]
  pick(ways)()
}

function grafted(graft: Holder, pick: Pick): Holder {
  const key = pick(Object.keys(graft).filter(name => name !== 'resourceType'))
  return key === undefined ? {} : { [key]: graft[key] }
}

const holdersIn = (value: unknown): readonly Holder[] =>
  typeof value !== 'object' || value === null
    ? []
    : [
        ...(Object.keys(value).length > 0 ? [value as Holder] : []),
        ...Object.values(value).flatMap(holdersIn),
      ]

/** A small seeded generator, so that a run can be repeated. */
function mulberry32(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
