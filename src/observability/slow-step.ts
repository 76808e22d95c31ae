const SLOW_MS = 2_000

/** Waits for a step of the start; one that takes over 2 s tells a person what it is doing. */
export async function slowStep<T>(what: string, step: Promise<T>, say: (line: string) => void): Promise<T> {
  const timer = setTimeout(() => say(`Casewire is ${what} ...`), SLOW_MS)
  try {
    return await step
  } finally {
    clearTimeout(timer)
  }
}
