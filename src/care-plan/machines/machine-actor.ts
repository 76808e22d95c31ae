/** The one device that stands for a person: who works with authentication switched off. */
const DEVELOPER = 'Device/local-development'

/** Whether an actor is the service itself or another system (`Device/timer`, `Device/adt`, `Device/peer-x`). */
export const isMachineActor = (actor: string): boolean => actor.startsWith('Device/') && actor !== DEVELOPER

/** Names under which the service itself acts: for messages, time that passes, what follows from facts, and its peers. */
const OWN = /^Device\/(?:casewire|adt|timer|recompute|preview|local-development|peer-[A-Za-z0-9\-.]+)$/

/**
 * The service itself, a peer whose word it records, and who works with authentication switched off: nobody asks whose
 * duty it is (I14). Another device is as anybody else.
 */
export const actsForAnybody = (actor: string): boolean => OWN.test(actor)

/** What owns nothing: a duty that it moves is the manager's. */
export const isDevice = (actor: string): boolean => actor.startsWith('Device/')
