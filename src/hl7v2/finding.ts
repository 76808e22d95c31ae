/** Something odd that did not stop the reading. It names the place (`PID-7`, `BTS-1`), never the value. */
export interface Finding {
  /** Stable and kebab-case, as a failure's code is. */
  readonly code: string
  readonly message: string
  readonly expression?: string
}
