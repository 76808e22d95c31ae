import type { Verdict } from '../commands/ingest-adt/inbound.ts'

/** A verdict as `POST /adt` and the admin routes answer it (interface.md 3). */
export const verdictJson = ({ controlId, trigger, outcome, reason, resources }: Verdict): object => ({
  controlId,
  trigger,
  outcome,
  ...(reason !== undefined && { reason }),
  ...(resources !== undefined && resources.length > 0 && { resources }),
})
