import type pg from 'pg'
import { staysIn } from '../../../src/commands/cases/case-scene.ts'
import { mintIds } from '../../../src/commands/work/mint-ids.ts'
import type { Loaded, Store } from '../../../src/commands/ports/store.ts'
import type { Resource } from '../../../src/fhir/resource.ts'
import { resourceTypes } from '../../../src/fhir/resource-types.ts'
import { parseJson } from '../../../src/lib/json.ts'
import { SHARDS } from '../../../src/lib/ids.ts'
import type { SourceSettings } from '../../../src/mappers/adt/source.ts'
import { caseIds, caseLenses } from '../../../src/mappers/case/case-record.ts'
import { dutyNamed } from '../../../src/mappers/case/effects/task-effects.ts'

export interface CopiedCases {
  readonly store: Store
  readonly client: pg.Client
  readonly settings: SourceSettings
  /** Patients that are there, each with one case and one visit that messages made. */
  readonly patients: readonly string[]
  /** Cases that there shall be, with those. */
  readonly cases: number
  readonly onProgress: (cases: number) => void
}

const CHUNK = 500
const ids = mintIds({ nowMs: () => Date.now() })

/**
 * Copies patients with their records, facts and registers in SQL until there are so many cases. Ids that are derived from
 * others are derived anew, so that whoever derives a copy finds what it would have made. Search values are not copied.
 */
export async function copyCases(options: CopiedCases): Promise<void> {
  const { store, client, patients, cases, onProgress } = options
  let there = patients.length
  await client.query('set synchronous_commit = off')
  for (const [index, patient] of patients.entries()) {
    const wanted = Math.ceil((cases - there) / (patients.length - index))
    const template = await templateOf(store, patient, options.settings)
    for (let from = 0; from < wanted; from += CHUNK) {
      const length = Math.min(CHUNK, wanted - from)
      const copies = Array.from({ length }, (_none, n) =>
        copyOf(template, there + from + n, options.settings),
      )
      await insertCopies(client, template, copies)
      onProgress(there + from + length)
    }
    there += wanted
  }
}

interface Template {
  readonly patient: string
  readonly loaded: Loaded
  /** What differs in every copy. */
  readonly texts: readonly string[]
  /** Ids of movements, which duties are named after. */
  readonly movements: readonly string[]
  readonly encounter: string
  readonly caseId: string
  readonly tasks: readonly { readonly id: string; readonly rule: string; readonly trigger: string }[]
  /** Resources whose ids are derived from nothing that is looked at again. */
  readonly others: readonly string[]
}

const NAMED: ReadonlySet<string> = new Set(['Patient', 'Encounter', 'EpisodeOfCare', 'Task'])
const MRN = /"PID-3":"([^^"]+)/

async function templateOf(store: Store, patient: string, settings: SourceSettings): Promise<Template> {
  const types = Object.keys(resourceTypes)
  const loaded = await store.load({
    tenant: 1,
    lane: 0,
    subjects: [patient],
    compartments: { patients: [patient], types },
  })
  const idOf = (type: string): string => loaded.resources.find(row => row.type === type)?.id ?? ''
  const lenses = caseLenses(settings.canonicalBase)
  const tasks = loaded.resources
    .filter(({ type }) => type === 'Task')
    .flatMap(({ id, content }) => {
      const duty = dutyNamed(parseJson(content) as Resource, lenses)
      return duty ? [{ id, rule: duty.rule, trigger: duty.trigger }] : []
    })
  const own = { loaded, tasks, encounter: idOf('Encounter'), caseId: idOf('EpisodeOfCare') }
  const others = loaded.resources.filter(({ type }) => !NAMED.has(type)).map(({ id }) => id)
  const number = MRN.exec(JSON.stringify(loaded.said))?.[1] ?? ''
  const movements = movementsOf(loaded, patient, settings)
  const texts = [
    patient,
    own.encounter,
    own.caseId,
    ...tasks.map(({ id }) => id),
    ...movements,
    ...others,
    number,
  ]
  if (texts.includes('')) throw new Error('the patient to be copied lacks a visit, a case or a number')
  return { patient, ...own, movements, others, texts }
}

function movementsOf(
  loaded: Pick<Loaded, 'facts' | 'said'>,
  patient: string,
  settings: SourceSettings,
): readonly string[] {
  const { stays } = staysIn({ settings }, { patient, shard: 0, loaded })
  return stays.flatMap(({ movements }) => movements.map(({ id }) => id))
}

interface Copy {
  readonly shard: number
  /** In the order of the template's. */
  readonly texts: readonly string[]
}

function copyOf(template: Template, n: number, settings: SourceSettings): Copy {
  const shard = (n * 37) % SHARDS
  const [patient, encounter] = [ids.mint(shard), ids.mint(shard)]
  const derived = caseIds({ tenant: 1, shard })
  const caseId = derived.episode(patient, 1)
  const renamed = (text: string): string =>
    text.replaceAll(template.patient, patient).replaceAll(template.encounter, encounter)
  const facts = template.loaded.facts.map(fact => ({ ...fact, subject: patient, scope: renamed(fact.scope) }))
  const said = template.loaded.said.map(one => ({ ...one, subject: patient, scope: renamed(one.scope) }))
  const movements = movementsOf({ facts, said }, patient, settings)
  const taskIds = template.tasks.map(({ rule, trigger }) =>
    derived.task(caseId, rule, movements[template.movements.indexOf(trigger)] ?? trigger),
  )
  const others = template.others.map(() => ids.mint(shard))
  const number = `COPY${n}`
  return { shard, texts: [patient, encounter, caseId, ...taskIds, ...movements, ...others, number] }
}

/** Table, what tells the rows of a patient, and the columns in which ids may stand. */
const TABLES = [
  { table: 'resource', of: 'patient', texts: ['id', 'patient', 'content'] },
  { table: 'resource_version', of: undefined, texts: ['id', 'content'] },
  { table: 'fact', of: 'subject', texts: ['subject', 'id', 'scope', 'body'] },
  { table: 'said', of: 'subject', texts: ['subject', 'scope', 'body'] },
] as const

async function insertCopies(client: pg.Client, template: Template, copies: readonly Copy[]): Promise<void> {
  const json = JSON.stringify(copies.map(({ shard, texts }) => [shard, texts]))
  await client.query('begin')
  for (const { table, of, texts } of TABLES) {
    const { rows } = await client.query<{ name: string }>(
      `select column_name as name from information_schema.columns where table_schema = 'public' and table_name = $1
       and is_generated = 'NEVER' order by ordinal_position`,
      [table],
    )
    const columns = rows.map(({ name }) => name)
    const values = columns.map(name =>
      name === 'shard'
        ? 'c.shard'
        : (texts as readonly string[]).includes(name)
          ? template.texts.reduce(
              (so, old, at) => `replace(${so}, '${old}', c.texts[${at + 1}])`,
              `t.${name}`,
            )
          : `t.${name}`,
    )
    const where =
      of === undefined
        ? `(t.type, t.id) in (select r.type, r.id from resource r where r.patient = $2)`
        : `t.${of} = $2`
    await client.query(
      `with c as materialized (select (e->>0)::int2 as shard, array(select jsonb_array_elements_text(e->1)) as texts
         from jsonb_array_elements($1::jsonb) e)
       insert into ${table} (${columns.join(', ')}) select ${values.join(', ')} from c cross join (select * from ${table} t where ${where}) t`,
      [json, template.patient],
    )
  }
  await client.query('commit')
}
