/**
 * The seam to the database: the same for both back ends, which differ only in how a connection is made. Everything is
 * static: statements are sent in one write and none depends on the answer to another.
 *
 * A statement with a name is prepared once per connection; a Buffer in `values` is sent in binary (binary-arrays.ts).
 * In the answers timestamptz is an Instant, bytea a Buffer, int8 a decimal text (it may not fit a number).
 */
export interface Db {
  /** How many writer lanes run side by side. */
  readonly lanes: number
  /** One statement on its own, on a reader connection. Searches carry no name: their plan depends on their values. */
  query<Row extends object>(statement: Statement): Promise<Rows<Row>>
  /**
   * One statement that names what it wants (a key, or a value that few have), prepared under its name: planned once a
   * connection for whatever values, so that running it is all that it costs. Ends after the limit of a search.
   */
  point<Row extends object>(statement: Statement): Promise<Rows<Row>>
  /**
   * The same for one that takes longer than a message costs: on the connection that has least to do, for behind others of its
   * turn it would wait for all of them.
   */
  few<Row extends object>(statement: Statement): Promise<Rows<Row>>
  /**
   * The same for one whose rows come in the order of an index: a server never sorts all that it finds, for whatever value. Its
   * plan must be the only one that there is without that.
   */
  walk<Row extends object>(statement: Statement): Promise<Rows<Row>>
  /** Statements of a search, in one read-only snapshot; each ends after the limit of a search. */
  search(statements: readonly Statement[]): Promise<readonly Rows<object>[]>
  /** Statements on a reader, all in one read-only snapshot. */
  snapshot(statements: readonly Statement[]): Promise<readonly Rows<object>[]>
  /** The same for statements that have a name and look rows up by their keys: planned once a connection. */
  reads(statements: readonly Statement[]): Promise<readonly Rows<object>[]>
  /** Statements on a lane, all or nothing; `keys` (what they write) decides whether they end a hold. */
  tx(
    lane: number,
    statements: readonly Statement[],
    keys?: readonly string[],
  ): Promise<readonly Rows<object>[]>
  /**
   * Keeps a lane for the next `tx` that writes one of `keys`, or until the hold runs out. On a server `locks` run
   * first and `reads` after them, in the transaction that the `tx` will end, so that nobody else changes those rows.
   */
  hold(lane: number, hold: Hold): Promise<readonly Rows<object>[]>
  /** Whether the next `tx` of these keys ends a hold of that lane. */
  holds(lane: number, keys: readonly string[]): boolean
  /** The lane that has least to do: neither kept by a hold, if there is one that isn't, nor waiting for many answers. */
  quietLane(): number
  close(): Promise<void>
}

export interface Hold {
  readonly keys: readonly string[]
  readonly locks: readonly Statement[]
  readonly reads: readonly Statement[]
}

export interface Statement {
  readonly name?: string
  readonly text: string
  readonly values?: readonly unknown[]
}

export interface Rows<Row> {
  readonly rows: readonly Row[]
  /** The command tag's word, e.g. `COMMIT`. */
  readonly command: string
  readonly rowCount: number | null
}
