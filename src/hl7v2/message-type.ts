import type { Message } from './message.ts'

/** MSH-9.1, e.g. `ADT`. */
export function messageCode(message: Message): string | undefined {
  return message.first('MSH')?.text(9) ?? undefined
}

/** MSH-9.2, e.g. `A01`; EVN-1 where that is empty (before v2.3). MSH-9.3 is not asked: senders often get it wrong. */
export function triggerEvent(message: Message): string | undefined {
  return message.first('MSH')?.text(9, 2) ?? message.first('EVN')?.text(1) ?? undefined
}
