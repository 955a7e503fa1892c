import { expect, test } from "vitest";
import { nearest } from "../../src/lib/nearest.ts";

const known = ["key create", "key rotate", "key list", "keyring list", "status"];

test.for([
  { typed: "key crate", meant: ["key create"] },
  { typed: "key", meant: [] },
  { typed: "satus", meant: ["status"] },
  { typed: "key lis", meant: ["key list"] },
  { typed: "", meant: [] },
  { typed: "x".repeat(100_000), meant: [] },
])("$typed", ({ typed, meant }) => {
  expect(nearest(typed, known)).toEqual(meant);
});
