/** What a mapped event does to a visit. Every event that is not here is recorded as `ignored`. */
export const triggers = {
  A01: { does: 'movement' },
  A02: { does: 'movement' },
  A03: { does: 'movement' },
  A04: { does: 'movement' },
  A08: { does: 'update' },
  A11: { does: 'cancel' },
  A13: { does: 'cancel' },
} as const

export type Trigger = keyof typeof triggers

export const isTrigger = (event: string): event is Trigger => Object.hasOwn(triggers, event)
