/** A place in a JSON value: member names and indices. */
export type Path = readonly (string | number)[];

/** Every place of a JSON value where no object or array with members is. */
export function leavesOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null || Object.keys(value).length === 0) return [path];
  return Object.entries(value).flatMap(([name, member]) =>
    leavesOf(member, [...path, Array.isArray(value) ? Number(name) : name]),
  );
}

/** The same value with one place changed by `change`. */
export function changedAt(value: unknown, path: Path, change: (leaf: unknown) => unknown): unknown {
  const [head, ...rest] = path;
  if (head === undefined) return change(value);
  if (Array.isArray(value)) return value.map((item, i) => (i === head ? changedAt(item, rest, change) : item));
  return { ...(value as object), [head]: changedAt((value as Record<string, unknown>)[String(head)], rest, change) };
}

/** Another value of the same kind. */
export function otherLeaf(leaf: unknown): unknown {
  if (typeof leaf === "string") return leaf.startsWith("a") ? `b${leaf.slice(1)}` : `a${leaf.slice(1)}`;
  if (typeof leaf === "number") return leaf + 1;
  return typeof leaf === "boolean" ? !leaf : "another";
}
