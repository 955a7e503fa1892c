import { closeSync, ftruncateSync, openSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { concat } from "../../src/lib/bytes.ts";
import { DamagedVault, numbers, type Outcome } from "../support/damage.ts";
import { foundVault, type MadeVault } from "../support/vault.ts";

/** A page of the database, in bytes. */
const PAGE = 4096;
/** Bytes from one flipped bit to the next; every byte has its turn in test/proof/bits.test.ts. */
const STEP = 89;

let made: MadeVault;
let vault: DamagedVault;

beforeAll(async () => {
  made = await foundVault();
  await made.createKey("payments", ["alice", "bob"]);
  made.surroundings.state = made.place.file("elsewhere"); // a machine without memory of the vault, which would refuse more
  vault = new DamagedVault(made);
});

afterAll(async () => {
  await made[Symbol.asyncDispose]();
});

/** How often each outcome came. */
async function judgeAll(cases: Iterable<readonly [what: string, bytes: Uint8Array]>): Promise<Record<Outcome, number>> {
  const counts = { "same state": 0, "integrity error": 0 };
  for (const [what, bytes] of cases) counts[await vault.judge(what, bytes)]++;
  return counts;
}

test("T8: the vault as it is, is sound", async () => {
  expect(await vault.judge("nothing", vault.sound)).toBe("same state");
});

test("T8: every bit of the header of the file", { timeout: 60_000 }, async () => {
  const bits = Array.from({ length: 100 * 8 }, (_, i) => [Math.floor(i / 8), i % 8] as const);
  const sampled = bits.filter((_, i) => i % 3 === 0);
  const counts = await judgeAll(
    sampled.map(([position, bit]) => [`bit ${bit} of byte ${position}`, vault.flipped(position, bit)] as const),
  );
  expect(counts["integrity error"]).toBeGreaterThan(50);
});

test(`T8: one bit in every ${STEP} bytes`, { timeout: 60_000 }, async () => {
  const random = numbers(20_261_124);
  function* flips() {
    for (let at = 100; at < vault.sound.length; at += 1 + (random.next().value % (2 * STEP))) {
      const bit = random.next().value % 8;
      yield [`bit ${bit} of byte ${at}`, vault.flipped(at, bit)] as const;
    }
  }
  const counts = await judgeAll(flips());
  expect(counts["integrity error"]).toBeGreaterThan(100);
  expect(counts["same state"]).toBeGreaterThan(100); // what lies unused in a page is nobody's
});

test("T8: cut off at every 512 bytes", { timeout: 60_000 }, async () => {
  const lengths = Array.from({ length: vault.sound.length / 512 }, (_, i) => i * 512);
  const counts = await judgeAll(lengths.map((length) => [`${length} bytes`, vault.sound.subarray(0, length)] as const));
  expect(counts["same state"]).toBeLessThan(PAGE / 512); // the end of the last page is nobody's
});

test.for([1, 512, PAGE, 10 * PAGE + 7])("T8: %i bytes appended are nobody's", async (length) => {
  const outcome = await vault.judge("appended", concat(vault.sound, new Uint8Array(length).fill(0xa5)));
  expect(outcome).toBe("same state");
});

test("T8: a page of zeros in place of each", async () => {
  const pages = Array.from({ length: vault.sound.length / PAGE }, (_, page) => page);
  const counts = await judgeAll(
    pages.map((page) => {
      const bytes = Uint8Array.from(vault.sound);
      return [`page ${page + 1}`, bytes.fill(0, page * PAGE, (page + 1) * PAGE)] as const;
    }),
  );
  expect(counts["integrity error"]).toBe(pages.length);
});

test("T8: each page in place of the next", async () => {
  const pages = Array.from({ length: vault.sound.length / PAGE - 1 }, (_, page) => page);
  const counts = await judgeAll(
    pages.map((page) => {
      const bytes = Uint8Array.from(vault.sound);
      bytes.copyWithin((page + 1) * PAGE, page * PAGE, (page + 1) * PAGE);
      return [`page ${page + 1} twice`, bytes] as const;
    }),
  );
  expect(counts["integrity error"]).toBeGreaterThan(pages.length / 2); // pages of empty tables are alike
});

test("T8: grown to 10 GB, most of it a hole", async () => {
  const outcome = await vault.judge("10 GB", (path) => {
    const file = openSync(path, "r+");
    ftruncateSync(file, 10 * 2 ** 30);
    closeSync(file);
  });
  expect(outcome).toBe("same state");
});
