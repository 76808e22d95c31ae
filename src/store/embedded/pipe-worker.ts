import { workerData } from 'node:worker_threads'
import { DurableNodeFS } from './durable-nodefs.ts'
import { servePipes } from './serve-pipes.ts'

await servePipes(new DurableNodeFS((workerData as { readonly folder: string }).folder))
