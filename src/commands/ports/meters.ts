import type { Outcome } from './store.ts'

/** What the service counts about itself; metrics carry no patient's data and no unbounded label. */
export interface Meters {
  readonly batchIngested: (batch: {
    readonly door: string
    readonly messages: number
    readonly seconds: number
    readonly tries: number
  }) => void
  readonly messageDecided: (outcome: Outcome) => void
  readonly deadLettered: (code: string) => void
  readonly requestServed: (request: {
    readonly method: string
    readonly route: string
    readonly status: number
    readonly seconds: number
  }) => void
  readonly lagSeen: (lag: {
    readonly topic: string
    readonly partition: number
    readonly messages: number
  }) => void
  readonly eventsPublished: (count: number) => void
  readonly timersFired: (kind: string, count: number) => void
}
