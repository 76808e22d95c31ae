import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

// Everything else is loaded after it: from the second start on nothing is compiled or stripped of its types again, which is a good
// part of a start. Where the folder can't be written (a read-only image) nothing is kept and nothing fails.
enableCompileCache(fileURLToPath(new URL('../.cache/compiled', import.meta.url)))
const { start } = await import('./app-start.ts')
await start(process.env)
