import type { Column, Row, TableName } from "./tables.ts";

/** What a row must equal to be selected; columns left out match anything. */
export type Match<T extends TableName> = Partial<Row<T>>;

export interface Query<T extends TableName> {
  where?: Match<T>;
  /** Only rows whose primary key is larger than that of this row. */
  after?: Match<T>;
  /** Only rows in which these columns are not null and at most this. */
  upTo?: Limits<T>;
  /** Only rows in which these columns are null or larger than this. */
  beyond?: Limits<T>;
  /** Only rows to which another table has a row with such values, and in some columns with theirs. */
  having?: { [U in TableName]: Having<T, U> }[TableName];
  /**
   * Columns of `where` and `upTo` by which the rows are to be found, since few have such values; the rest is checked
   * row by row. None: all rows are looked at, in their order. Without it the database decides.
   */
  via?: readonly Column<T>[];
  /** At most so many rows; all without it. */
  limit?: number;
}

export type Limits<T extends TableName> = { readonly [C in Column<T>]?: string | number };

interface Having<T extends TableName, U extends TableName> {
  table: U;
  where: Match<U>;
  /** Columns of the other table, and which of this one they equal. */
  same: { readonly [C in Column<U>]?: Column<T> };
}

/** What decides which rows a query selects. */
export type Selection<T extends TableName> = Pick<Query<T>, "where" | "upTo" | "beyond" | "having" | "via">;

/** Columns that hold a number in every row. */
export type NumberColumn<T extends TableName> = {
  [C in Column<T>]: Row<T>[C] extends number ? C : never;
}[Column<T>];

/** Typed reads. Rows come in the order of their primary key. */
export interface Reader {
  /** The row that matches, the first in order if there are more. */
  find<T extends TableName>(table: T, where: Match<T>): Promise<Row<T> | undefined>;
  /** All rows that match, read in portions: memory stays flat, and the rows may be of different moments outside a transaction. */
  rows<T extends TableName>(table: T, query?: Query<T>): AsyncIterable<Row<T>>;
  /** The same rows, some hundreds at a time: faster where there are very many. */
  portions<T extends TableName>(table: T, query?: Query<T>): AsyncIterable<readonly Row<T>[]>;
  /** The largest number in a column of the rows that match; undefined if there is no such row. */
  largest<T extends TableName>(table: T, column: NumberColumn<T>, where: Match<T>): Promise<number | undefined>;
  /** How many rows match; if there are more than `limit`, `limit`. */
  count<T extends TableName>(table: T, query?: Selection<T> & Pick<Query<T>, "limit">): Promise<number>;
}

export interface Writer extends Reader {
  insert<T extends TableName>(table: T, row: Row<T>): Promise<void>;
  /** Change all rows that match. @returns how many there were */
  update<T extends TableName>(table: T, where: Match<T>, changes: Match<T>): Promise<number>;
  /** Remove all rows that match; their bytes are overwritten in the file. @returns how many there were */
  remove<T extends TableName>(table: T, where: Match<T>): Promise<number>;
}

/**
 * The tables of one vault, in a database. One transaction at a time owns the connection: a second
 * one waits for it. Errors are ConclaveErrors: BUSY (another process holds the database), INTEGRITY
 * (the file is damaged), HOST_IO (the disk is full or fails).
 */
export interface Storage extends Reader, AsyncDisposable {
  /** Run in one transaction that has the only right to write; committed durably when `run` returns, undone when it throws. */
  transaction<R>(run: (writer: Writer) => Promise<R>): Promise<R>;
  /** Run over one moment of the database, whatever other processes write meanwhile. */
  snapshot<R>(run: (reader: Reader) => Promise<R>): Promise<R>;
  /** Let the database engine check its own structure. @throws IntegrityError what it found */
  checkStructure(): Promise<void>;
  /**
   * Copy the database as it is at one moment, all at once, so that writers wait but shortly.
   * @param path an empty file of mode 0600, made by the caller; damaged if this throws
   */
  copyTo(path: string): Promise<void>;
}
