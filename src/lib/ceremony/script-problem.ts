/** Where something stands in a document: names of members, and indices. */
export type Path = readonly PropertyKey[];

/** What is wrong with a script, and where. */
export interface ScriptProblem {
  path: Path;
  /** What was found and what was expected. */
  message: string;
  /** What `path` is of: the value there (default), or the name of the member. */
  at?: "value" | "name";
}

/** A problem with its place in the file. */
export interface PlacedProblem {
  /** From 1. */
  line: number;
  /** From 1, in characters. */
  column: number;
  /** `steps[3].action: …` */
  message: string;
}

/** `steps[3].with.name` */
export function showPath(path: Path): string {
  return path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("")
    .replace(/^\./, "");
}

export function described({ path, message }: ScriptProblem): string {
  return path.length === 0 ? message : `${showPath(path)}: ${message}`;
}
