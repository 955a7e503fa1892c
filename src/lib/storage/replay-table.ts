import type { AnyRow } from "./unique-index.ts";

/** The rows of one table while a chain is replayed. What refers to other tables is its caller's to check. */
export interface ReplayTable {
  /** The row that matches, the first in order if there are more. */
  find(where: AnyRow): AnyRow | undefined;
  /** All rows that match, in the order of their primary key; of rows that are written meanwhile, some may be among them. */
  select(where: AnyRow): Iterable<AnyRow>;
  /** Whether there is the row whose primary key these columns of another one hold. */
  has(row: AnyRow, columns: readonly string[]): boolean;
  /** @throws IntegrityError a second row of the same key */
  add(row: AnyRow): void;
  /** Put one row in the place of another. @throws IntegrityError a second row of the same key */
  replace(row: AnyRow, next: AnyRow): void;
  drop(row: AnyRow): void;
  /**
   * Take the row out that has the same primary key; the table is used up so. Rows are asked for in the order of their
   * primary key, and the table is not written any more.
   */
  take(row: AnyRow): AnyRow | undefined;
  /** The first row that was not taken, once all others were. */
  left(): AnyRow | undefined;
}
