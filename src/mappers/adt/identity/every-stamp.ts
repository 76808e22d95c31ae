import type { Fields, Register } from '../registers/registers.ts'

/** Everything that stands in a register, message by message. */
export const everyStamp = (
  register: Register,
): readonly { readonly source: string; readonly stamp: string; readonly fields: Fields }[] =>
  Object.entries(register).flatMap(([source, stamps]) =>
    Object.entries(stamps).map(([stamp, fields]) => ({ source, stamp, fields })),
  )
