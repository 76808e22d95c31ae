import { bySegmentName, type Message } from '../../../hl7v2/message.ts'
import type { Segment } from '../../../hl7v2/segment.ts'

/**
 * One message for each group of its structure: A17, A24 and A37 hold two patients, A18 and A39 to A43 any number of them
 * (PID ... MRG), A45 any number of visits (MRG PV1) of one patient; several MRG after one PID are as many groups of the others
 * too. What stands before the first group is in each.
 */
export function messageParts(message: Message, trigger: string): readonly Message[] {
  const { segments } = message
  const start = segments.findIndex(({ name }) => name === 'PID')
  if (start < 0) return [message]
  const header = segments.slice(0, start)
  const groups = split(segments.slice(start), 'PID')
  const parts = PAIRS.has(trigger) ? groups : groups.flatMap(priorsIn)
  if (parts.length === 1) return [message]
  return parts.map(group => partOf(message, [...header, ...group]))
}

const PAIRS: ReadonlySet<string> = new Set(['A17', 'A24', 'A37'])

type Group = readonly Segment[]

/** Groups that begin with a segment of this name; what stands before the first is no group. */
function split(segments: Group, name: string): readonly Group[] {
  const starts = segments.flatMap((segment, index) => (segment.name === name ? [index] : []))
  return starts.map((start, index) => segments.slice(start, starts[index + 1]))
}

function priorsIn(group: Group): readonly Group[] {
  const priors = split(group, 'MRG')
  const patient = group.slice(0, group.length - priors.reduce((sum, { length }) => sum + length, 0))
  return priors.length === 0 ? [group] : priors.map(prior => [...patient, ...prior])
}

const partOf = (message: Message, segments: Group): Message => ({
  ...message,
  segments,
  ...bySegmentName(segments),
})
