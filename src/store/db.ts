/**
 * The seam to the database: the same for both back ends, which differ only in how a connection is made. A statement
 * with a name is prepared once per connection; a Buffer in `values` is sent in binary (binary-arrays.ts).
 */
export interface Db {
  /** How many writer lanes run side by side. */
  readonly lanes: number
  /** One statement on its own, on a reader connection. Searches carry no name: their plan depends on their values. */
  query<Row extends object = Record<string, unknown>>(statement: Statement): Promise<Rows<Row>>
  /** Static statements on a reader in one read-only snapshot. */
  snapshot(statements: readonly Statement[]): Promise<readonly Rows<never>[]>
  /** Static statements on a lane, all or nothing, in one write to the socket; the answers in their order. */
  tx(statements: readonly Statement[], lane: number): Promise<readonly Rows<never>[]>
  /** A transaction that decides between statements: the lane is held until it ends, so it is for rare work. */
  session<T>(work: (query: Query) => Promise<T>, lane: number): Promise<T>
  close(): Promise<void>
}

export type Query = <Row extends object = Record<string, unknown>>(statement: Statement) => Promise<Rows<Row>>

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
