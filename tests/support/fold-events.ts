import { emptyFile, type CaseFile } from '../../src/care-plan/case/case-file.ts'
import { evolve, type DomainEvent } from '../../src/care-plan/machines/domain-event.ts'

/** The `data` of an event of a case, as a consumer gets it. */
export interface EventData {
  readonly caseId: string
  readonly noun: string
  readonly nounId: string
  readonly event: string
  readonly changes: Readonly<Record<string, unknown>>
  readonly isDeleted?: boolean
}

/** What a consumer that knows nothing but the events knows of every case. */
export function foldEvents(events: Iterable<EventData>): ReadonlyMap<string, CaseFile> {
  const files = new Map<string, CaseFile>()
  for (const data of events) {
    const known = files.get(data.caseId)
    if (!known && data.isDeleted) continue
    const file = known ?? emptyFile({ id: data.caseId } as CaseFile['case'])
    if (data.noun === 'case' && data.isDeleted) files.delete(data.caseId)
    else files.set(data.caseId, evolve(file, domainEvent(data)))
  }
  return files
}

/** JSON has no undefined: null says that a field was taken out. */
const domainEvent = (data: EventData): DomainEvent =>
  ({
    type: data.event,
    noun: data.noun,
    id: data.nounId,
    changes: Object.fromEntries(
      Object.entries(data.changes).map(([name, value]) => [name, value ?? undefined]),
    ),
    ...(data.isDeleted && { isDeleted: true }),
  }) as DomainEvent

/** A case file as JSON, to be compared. */
export const plainFile = (file: CaseFile): unknown => JSON.parse(JSON.stringify(file))
