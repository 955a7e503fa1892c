import type { Row, TableName } from "./tables.ts";

/** What a row must equal to be selected; columns left out match anything. */
export type Match<T extends TableName> = Partial<Row<T>>;

export interface Query<T extends TableName> {
  where?: Match<T>;
  /** Only rows whose primary key is larger than that of this row. */
  after?: Match<T>;
  /** At most so many rows; all without it. */
  limit?: number;
}

/** Typed reads. Rows come in the order of their primary key. */
export interface Reader {
  /** The row that matches, the first in order if there are more. */
  find<T extends TableName>(table: T, where: Match<T>): Promise<Row<T> | undefined>;
  /** All rows that match, read in portions: memory stays flat, and the rows may be of different moments outside a transaction. */
  rows<T extends TableName>(table: T, query?: Query<T>): AsyncIterable<Row<T>>;
  count<T extends TableName>(table: T, where?: Match<T>): Promise<number>;
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
}
