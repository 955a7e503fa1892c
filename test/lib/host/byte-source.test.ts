import { truncateSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { concat } from "../../../src/lib/bytes.ts";
import { evenly, portionsOf } from "../../../src/lib/host/byte-source.ts";
import { FileSource } from "../../../src/lib/host/stream-file.ts";
import { refusalOf } from "../../support/refusal.ts";
import { workspace } from "../../support/workspace.ts";

const BYTES = new Uint8Array(1000).map((_, i) => i);

test.for([[1000], [1, 999], [10, 500, 490], [0, 1000]])("portions of %o bytes", async (lengths) => {
  await using place = await workspace();
  writeFileSync(place.file("in"), BYTES);
  using source = new FileSource(place.file("in"));
  const seen: number[] = [];
  const parts: Uint8Array[] = [];
  for await (const portion of portionsOf(source, lengths)) {
    seen.push(portion.length);
    parts.push(portion.slice());
  }
  expect(seen).toEqual(lengths);
  expect(concat(...parts)).toEqual(BYTES);
});

test("a source that ends early is told of; one may stop before the end", async () => {
  await using place = await workspace();
  writeFileSync(place.file("in"), BYTES);
  {
    using source = new FileSource(place.file("in"));
    for await (const _ of portionsOf(source, evenly(1000, 10))) break;
  }
  using source = new FileSource(place.file("in"));
  truncateSync(place.file("in"), 500);
  const reading = Array.fromAsync(portionsOf(source, evenly(1000, 300)));
  expect(await refusalOf(reading)).toEqual({
    code: "INPUT_MALFORMED",
    message: `${place.file("in")}: became shorter while it was read`,
  });
});

test("even lengths", () => {
  expect([...evenly(10, 4)]).toEqual([4, 4, 2]);
  expect([...evenly(8, 4)]).toEqual([4, 4]);
  expect([...evenly(0, 4)]).toEqual([]);
});
