/** One ER7 message of a visit, made up: what a test doesn't say is plain. Times are `yyyymmddhhmmss`. */
export interface Er7 {
  readonly event: string
  readonly id: string
  /** EVN-2, EVN-6 and MSH-7. */
  readonly at: string
  /** EVN-2 and MSH-7, when recorded later than it happened. */
  readonly recorded?: string
  /** PV1 field -> text. */
  readonly pv1?: Readonly<Record<number, string>>
  /** PID field -> text. */
  readonly pid?: Readonly<Record<number, string>>
  readonly segments?: readonly string[]
  readonly patient?: string
  readonly visit?: string
  readonly facility?: string
  readonly mode?: string
  readonly version?: string
}

export function er7(message: Er7): string {
  const { event, id, at, recorded = at, patient = 'M1', visit = 'V1', facility = 'VALLEY' } = message
  const pid = fields({
    3: `${patient}^^^${facility}^MR`,
    5: 'RIVER^ALEX',
    7: '19800101',
    8: 'F',
    ...message.pid,
  })
  const pv1 = fields({
    2: 'I',
    3: `MED^101^A^${facility}`,
    19: visit && `${visit}^^^${facility}^VN`,
    ...message.pv1,
  })
  return [
    `MSH|^~\\&|ADTAPP|${facility}|CW|CW|${recorded}||ADT^${event}|${id}|${message.mode ?? 'P'}|${message.version ?? '2.5.1'}`,
    `EVN|${event}|${recorded}|||OP1^DOE^JO|${at}`,
    `PID${pid}`,
    `PV1${pv1}`,
    ...(message.segments ?? []),
    '',
  ].join('\r')
}

function fields(texts: Readonly<Record<number, string>>): string {
  const last = Math.max(...Object.keys(texts).map(Number))
  return Array.from({ length: last }, (_unused, index) => `|${texts[index + 1] ?? ''}`).join('')
}
