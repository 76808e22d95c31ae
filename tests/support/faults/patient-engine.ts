import { setTimeout as sleep } from 'node:timers/promises'
import { engine, type Engine } from '../mllp-engine.ts'
import type { FeedMessage } from '../adt-workload.ts'

export interface PatientEngine {
  /** After what was given before; settles when each is acknowledged. */
  readonly send: (messages: readonly FeedMessage[]) => Promise<void>
  /** How often the other end went away before it answered. */
  readonly unanswered: () => number
}

/**
 * An interface engine as they are: one message after the other, each sent again until its acknowledgement says AA, on a
 * new connection when the old one is gone. What is acknowledged is put into `acknowledged`.
 */
export function patientEngine(port: number, acknowledged: Set<string>): PatientEngine {
  let unanswered = 0
  let line: { readonly connection: Engine; isUp: boolean; answers: number } | undefined
  const open = (): NonNullable<typeof line> => {
    const opened = { connection: engine(port), isUp: false, answers: 0 }
    opened.connection.socket.once('connect', () => {
      opened.isUp = true
    })
    return opened
  }
  const isTaken = async ({ text, controlId }: FeedMessage): Promise<boolean> => {
    const now = (line ??= open())
    try {
      now.connection.send(text)
      now.answers += 1
      const answer = (await now.connection.answers(now.answers)).at(-1) ?? ''
      return answer.includes(`MSA|AA|${controlId}`)
    } catch {
      // Gone before it answered: whether it was taken nobody knows, so it is sent again.
      if (now.isUp) unanswered += 1
      line = undefined
      return false
    }
  }
  let queue = Promise.resolve()
  const sendAll = async (messages: readonly FeedMessage[]): Promise<void> => {
    for (const message of messages) {
      while (!(await isTaken(message))) await sleep(50)
      acknowledged.add(message.controlId)
    }
  }
  return {
    send: messages => (queue = queue.then(() => sendAll(messages))),
    unanswered: () => unanswered,
  }
}
