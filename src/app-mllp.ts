import type { IngestAdt } from './commands/ingest-adt/inbound.ts'
import type { EmitEvent } from './commands/ports/events.ts'
import type { MllpConfig } from './config/mllp-config.ts'
import { mllpListener, type MllpListener } from './consumers/mllp/mllp-listener.ts'
import type { Clock } from './lib/clock.ts'

interface MllpFrame {
  readonly mllp: MllpConfig
  readonly lanes: number
  readonly ingest: IngestAdt
  readonly clock: Clock
  readonly emit: EmitEvent
}

/** As much as a body of `POST /adt` may be: a batch file comes in one frame. */
const FRAME_BYTES_MAX = 16 * 1024 * 1024

/** The MLLP edge: ADT in, acknowledgements out. */
export const mllpParts = ({ mllp, lanes, ingest, clock, emit }: MllpFrame): MllpListener =>
  mllpListener({
    ...mllp,
    ...{ lanes, ingest, clock, emit },
    limits: {
      frameBytesMax: FRAME_BYTES_MAX,
      batchSizeMax: 100,
      waitingBytesMax: 1024 * 1024,
      frameTimeoutMs: 30_000,
      endTimeoutMs: 1_000,
    },
  })
