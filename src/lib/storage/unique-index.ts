/** A row of whatever table. */
export type AnyRow = { readonly [column: string]: unknown };

/** Rows by the value of one column: the row itself where there is only one, else a branch by the next column. */
type Branch = Map<unknown, Branch | AnyRow>;

/** Rows by columns that no two of them have in common. */
export class UniqueIndex {
  readonly columns: readonly string[];
  readonly #root: Branch = new Map();

  /** @param columns one at least */
  constructor(columns: readonly string[]) {
    this.columns = columns;
  }

  /** Whether a query gives a value for each column. */
  covers(where: AnyRow): boolean {
    for (const column of this.columns) if (where[column] === undefined) return false;
    return true;
  }

  /**
   * The row that has the same values in the columns as this one.
   * @param columns of `row`, that stand for them; the same ones if not given
   */
  get(row: AnyRow, columns: readonly string[] = this.columns): AnyRow | undefined {
    let found: Branch | AnyRow | undefined = this.#root;
    for (let level = 0; found instanceof Map; level++) found = found.get(row[columns[level] ?? ""]);
    return found !== undefined && this.#isSame(found, row, columns) ? found : undefined;
  }

  /** @returns false if there is such a row already, which stays */
  add(row: AnyRow): boolean {
    let branch = this.#root;
    for (let level = 0; ; level++) {
      const value = row[this.#column(level)];
      const next = branch.get(value);
      if (next === undefined) {
        branch.set(value, row);
        return true;
      }
      if (next instanceof Map) {
        branch = next;
      } else {
        if (this.#isSame(next, row)) return false;
        const fork: Branch = new Map([[next[this.#column(level + 1)], next]]);
        branch.set(value, fork);
        branch = fork;
      }
    }
  }

  /** Remove the row that has the same values in the columns. @returns it, or undefined if there is none */
  take(row: AnyRow): AnyRow | undefined {
    let branch = this.#root;
    for (let level = 0; ; level++) {
      const value = row[this.#column(level)];
      const next = branch.get(value);
      if (next instanceof Map) {
        branch = next;
      } else {
        if (next === undefined || !this.#isSame(next, row)) return undefined;
        branch.delete(value);
        return next;
      }
    }
  }

  /** All rows that may match, by the leading columns that are given. */
  *within(where: AnyRow): Iterable<AnyRow> {
    let found: Branch | AnyRow | undefined = this.#root;
    for (let level = 0; found instanceof Map && where[this.#column(level)] !== undefined; level++) {
      found = found.get(where[this.#column(level)]);
    }
    if (found !== undefined) yield* leaves(found);
  }

  #column(level: number): string {
    return this.columns[level] ?? "";
  }

  #isSame(found: AnyRow, row: AnyRow, columns: readonly string[] = this.columns): boolean {
    for (let i = 0; i < columns.length; i++) {
      if (found[this.#column(i)] !== row[columns[i] ?? ""]) return false;
    }
    return true;
  }
}

function* leaves(branch: Branch | AnyRow): Iterable<AnyRow> {
  if (branch instanceof Map) for (const next of branch.values()) yield* leaves(next);
  else yield branch;
}
