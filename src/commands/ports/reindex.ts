/** Rows of search values that another release wrote, brought up to what this one searches; work for one process at a time. */
export interface ReindexQueue {
  state(): Promise<IndexState>
  /** Works on the next batch, unless another owner does; a claim that isn't renewed ends after a minute. */
  step(owner: string): Promise<ReindexStep>
  /** Makes every row be written anew, whatever they are said to hold. */
  restart(): Promise<void>
}

export interface IndexState {
  /** Every search finds what it should; false while rows of another release are among them. */
  readonly isCurrent: boolean
  /** Resources looked at so far, while it isn't. */
  readonly done: number
  /** Share of all of them, 0 to 1. */
  readonly share: number
}

/** `current` nothing to do; `finished` that was the end; `more` one batch is done; `taken` another process is at it. */
export type ReindexStep = 'current' | 'finished' | 'more' | 'taken'
