import type { Message } from './message.ts'

/** MSH-9.1 in capitals, e.g. `ADT`. */
export function messageCode(message: Message): string | undefined {
  return message.first('MSH')?.text(9)?.toUpperCase()
}

/**
 * MSH-9.2 in capitals, e.g. `A01`; EVN-1 where that is empty (before v2.3). MSH-9.3 is not asked: senders often get it
 * wrong.
 */
export const triggerEvent = (message: Message): string | undefined => eventText(message)?.toUpperCase()

/** Whether the type of message or its event is written otherwise than HL7 tables 0076 and 0003 have it: `adt^a01`. */
export const isTypeRecased = (message: Message): boolean =>
  [message.first('MSH')?.text(9), eventText(message)].some(
    text => text?.toUpperCase() !== (text ?? undefined),
  )

const eventText = (message: Message): string | undefined =>
  message.first('MSH')?.text(9, 2) ?? message.first('EVN')?.text(1) ?? undefined
