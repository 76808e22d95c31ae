import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { query } from './ground.ts'

export interface SmallDisk extends AsyncDisposable {
  /** How room runs out here, for the log of the run. */
  readonly means: string
  readonly fill: () => Promise<void>
  readonly empty: () => Promise<void>
}

/**
 * Puts a database (to which nobody is connected) on a disk that can be filled: a small tmpfs where this machine may mount one.
 * Elsewhere a trigger raises what PostgreSQL raises then, SQLSTATE 53100.
 */
export async function smallDisk(databaseUrl: string, megabytes: number): Promise<SmallDisk> {
  const folder = mkdtempSync(join(tmpdir(), 'cw-small-disk-'))
  const owner = spawnSync('id', ['-u', 'postgres'], { encoding: 'utf8' }).stdout.trim()
  const options = `size=${megabytes}m,mode=0700${process.getuid?.() === 0 ? `,uid=${owner}` : ''}`
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'none', folder], { stdio: 'ignore' })
  if (mounted.status !== 0) {
    rmdirSync(folder)
    return fullByTrigger(databaseUrl)
  }
  const server = new URL(databaseUrl)
  const name = server.pathname.slice(1)
  server.pathname = '/postgres'
  await query(server.href, `create tablespace small location '${folder}'`)
  await query(server.href, `alter database ${name} set tablespace small`)
  let ballast: Client | undefined
  return {
    means: `a tmpfs of ${megabytes} MB that is full`,
    fill: async () => {
      // Held until the disk is empty again: on a full one nobody may be let in.
      ballast = new Client({ connectionString: databaseUrl })
      await ballast.connect()
      await fillUp(ballast)
    },
    empty: async () => {
      await ballast?.query('drop table ballast')
      await ballast?.end()
    },
    [Symbol.asyncDispose]: async () => {
      spawnSync('umount', ['--lazy', folder], { stdio: 'ignore' })
      rmdirSync(folder)
    },
  }
}

async function fillUp(client: Client): Promise<void> {
  await client.query('create table ballast (x text)')
  for (const rows of [200, 20, 1]) {
    // Each row fills a page of 8 KB.
    const insert = `insert into ballast select string_agg(md5(random()::text || i || j), '') from
      generate_series(1, ${rows}) i, generate_series(1, 245) j group by i`
    try {
      for (;;) await client.query(insert)
    } catch (error) {
      if ((error as { readonly code?: unknown }).code !== '53100') throw error
    }
  }
}

const fullByTrigger = (databaseUrl: string): SmallDisk => ({
  means: 'this machine mounts nothing for us, so a trigger raised SQLSTATE 53100',
  fill: async () =>
    void (await query(
      databaseUrl,
      `create function full_disk() returns trigger language plpgsql as $$ begin
         raise exception 'could not extend file: No space left on device' using errcode = '53100';
       end $$;
       create trigger full_disk before insert or update on resource for each statement execute function full_disk()`,
    )),
  empty: async () => void (await query(databaseUrl, 'drop function full_disk cascade')),
  [Symbol.asyncDispose]: () => Promise.resolve(),
})
