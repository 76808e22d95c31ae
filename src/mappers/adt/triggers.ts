/** What a mapped event does. Every event that is not here is recorded as `ignored`. */
export const triggers = {
  A01: { name: 'admit', does: 'movement', effect: 'in-progress; place, class, start' },
  A02: { name: 'transfer', does: 'movement', effect: 'the open place ends, the new one begins' },
  A03: {
    name: 'discharge',
    does: 'movement',
    effect: 'finished; end, disposition, destination; the open place ends',
  },
  A04: { name: 'register', does: 'movement', effect: 'in-progress (emergency or outpatient)' },
  A08: { name: 'update', does: 'update', effect: 'what its fields say; the status only by PV1-45' },
  A11: { name: 'cancel admit', does: 'cancel', effect: 'cancelled when no A01 or A04 is left' },
  A13: {
    name: 'cancel discharge',
    does: 'cancel',
    effect: 'in-progress again; the end stays in statusHistory',
  },
} as const

export type Trigger = keyof typeof triggers

export const isTrigger = (event: string): event is Trigger => Object.hasOwn(triggers, event)
