import { bySegmentName, type Message } from '../../../hl7v2/message.ts'
import type { Segment } from '../../../hl7v2/segment.ts'

/**
 * One message for each group of its structure: A17, A24 and A37 hold two patients, A18 and A39 to A43 any number of them
 * (PID ... MRG), A45 any number of visits (MRG PV1) of one patient. What stands before the first group is in each.
 */
export function messageParts(message: Message, trigger: string): readonly Message[] {
  const { segments } = message
  const start = segments.findIndex(({ name }) => name === 'PID')
  if (start < 0) return [message]
  const header = segments.slice(0, start)
  const groups = split(segments.slice(start), 'PID')
  const parts = trigger === 'A45' ? groups.flatMap(visitsIn) : groups
  if (parts.length === 1) return [message]
  return parts.map(group => partOf(message, [...header, ...group]))
}

type Group = readonly Segment[]

/** Groups that begin with a segment of this name; what stands before the first is no group. */
function split(segments: Group, name: string): readonly Group[] {
  const starts = segments.flatMap((segment, index) => (segment.name === name ? [index] : []))
  return starts.map((start, index) => segments.slice(start, starts[index + 1]))
}

function visitsIn(group: Group): readonly Group[] {
  const visits = split(group, 'MRG')
  const patient = group.slice(0, group.length - visits.reduce((sum, { length }) => sum + length, 0))
  return visits.length === 0 ? [group] : visits.map(visit => [...patient, ...visit])
}

const partOf = (message: Message, segments: Group): Message => ({
  ...message,
  segments,
  ...bySegmentName(segments),
})
