/** The one device that stands for a person: who works with authentication switched off. */
const DEVELOPER = 'Device/local-development'

/** Whether an actor is the service itself or another system (`Device/timer`, `Device/adt`, `Device/peer-x`). */
export const isMachineActor = (actor: string): boolean => actor.startsWith('Device/') && actor !== DEVELOPER
