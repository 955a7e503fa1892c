import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { expect, test } from "vitest";
import { concat, utf8 } from "../../../src/lib/bytes.ts";
import { evenly, portionsOf, type Rereadable } from "../../../src/lib/host/byte-source.ts";
import { Spool } from "../../../src/lib/host/spool.ts";
import { refusalOf } from "../../support/refusal.ts";
import { workspace } from "../../support/workspace.ts";

async function readAll(input: Rereadable, step: number): Promise<Uint8Array> {
  using source = input.open();
  const parts: Uint8Array[] = [];
  for await (const portion of portionsOf(source, evenly(input.size, step))) parts.push(portion.slice());
  return concat(...parts);
}

test("what was written is read, as often as wanted; the file has no name, and nothing readable in it", async () => {
  await using place = await workspace();
  using spool = new Spool(place.path);
  await spool.write([utf8("a secret "), utf8("that waits")]);
  await spool.write([new Uint8Array(100_000).fill(7)]);
  const whole = concat(utf8("a secret that waits"), new Uint8Array(100_000).fill(7));
  expect(spool.size).toBe(whole.length);
  for (const step of [1000, 65_537, 1_000_000]) expect(await readAll(spool, step)).toEqual(whole);
  expect(namesIn(place.path)).toEqual([]);
  const unnamed = readdirSync("/proc/self/fd")
    .filter((fd) => linkOf(fd).startsWith(place.path))
    .map((fd) => readFileSync(`/proc/self/fd/${fd}`));
  expect(unnamed.map(({ length }) => length)).toEqual([whole.length]);
  for (const bytes of unnamed) expect(bytes.includes("secret")).toBe(false);
});

test("two beside each other, in one place", async () => {
  await using place = await workspace();
  using one = new Spool(place.path);
  using two = new Spool(place.path);
  await one.write([utf8("one")]);
  await two.write([utf8("two")]);
  expect(await readAll(one, 2)).toEqual(utf8("one"));
  expect(await readAll(two, 2)).toEqual(utf8("two"));
});

test("no folder", async () => {
  await using place = await workspace();
  expect(await refusalOf(() => new Spool(place.file("none")))).toMatchObject({ code: "NOT_FOUND" });
});

/** What lies in a workspace beside its own folders. */
function namesIn(path: string): string[] {
  return readdirSync(path).filter((name) => !["data", "home", "state"].includes(name));
}

function linkOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return ""; // that of reading the folder
  }
}
