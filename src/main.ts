import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

const [asked = 'serve'] = process.argv.slice(2)
if (asked !== 'serve') {
  process.stderr.write(
    `This file starts the service and takes no argument; for \`${asked}\` run npx casewire.\n`,
  )
  process.exit(2)
}
// Everything else is loaded after it: from the second start on nothing is compiled or stripped of its types again, which is a good
// part of a start. Where the folder can't be written (a read-only image) nothing is kept and nothing fails.
enableCompileCache(fileURLToPath(new URL('../.cache/compiled', import.meta.url)))
const { start } = await import('./app-start.ts')
await start(process.env)
