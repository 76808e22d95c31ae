import { noneRecomputed, recomputeAll, sumOf, type Recomputed } from './commands/cases/recompute.ts'
import { openRoom, type Room, type RoomFrame } from './app-room.ts'

/** The rooms of all tenants. */
export interface Rooms {
  /** That of Kafka, peers and the command line; the only one when there are no tenants. */
  readonly home: Room
  readonly all: readonly Room[]
  /** Throws for a number that no room has: the door lets nobody in who has none. */
  readonly of: (tenant: number) => Room
  /** Numbers by name; undefined = there are no tenants to be told apart. */
  readonly numbers?: ReadonlyMap<string, number>
}

/** One room for each of TENANTS, the first one's the home; without tenants a single one. */
export async function openRooms(frame: RoomFrame): Promise<Rooms> {
  const names = frame.config.auth?.tenants?.names ?? []
  if (names.length === 0) {
    const home = openRoom(frame, { tenant: frame.config.tenant })
    return { home, all: [home], of: () => home }
  }
  const numbers = await frame.store.tenantNumbers(names)
  const all = names.map((name, index) =>
    openRoom(frame, { tenant: numberOf(numbers, name), ...(index > 0 && { guest: name }) }),
  )
  const [home] = all
  if (!home) throw new Error('there is no first tenant')
  const byNumber = new Map(all.map(room => [room.tenant, room]))
  return {
    ...{ home, all, numbers },
    of: tenant => {
      const room = byNumber.get(tenant)
      if (!room) throw new Error('a tenant without a room')
      return room
    },
  }
}

function numberOf(numbers: ReadonlyMap<string, number>, name: string): number {
  const number = numbers.get(name)
  if (number === undefined) throw new Error('a tenant without a number')
  return number
}

/** Room after room; what is told is the sum so far. */
export async function recomputeRooms(
  rooms: readonly Room[],
  onPage: (so: Recomputed) => void,
): Promise<Recomputed> {
  let before = noneRecomputed
  for (const { cases } of rooms) {
    const earlier = before
    const done = await recomputeAll(cases, {
      message: 'urn:casewire:recompute',
      onPage: so => onPage(sumOf(earlier, so)),
    })
    before = sumOf(earlier, done)
  }
  return before
}
