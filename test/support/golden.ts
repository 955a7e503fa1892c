import { expect } from "vitest";
import { Seen } from "./seen.ts";

expect.addSnapshotSerializer({
  test: (value) => value instanceof Seen,
  serialize: (value: Seen) => value.toString(),
});
