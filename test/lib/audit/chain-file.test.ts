import { describe, expect, test } from "vitest";
import { ChainFile, writeChainFile } from "../../../src/lib/audit/chain-file.ts";
import { concat, fromUtf8, utf8 } from "../../../src/lib/bytes.ts";
import { LIMITS } from "../../../src/lib/limits.ts";
import { ReplayTables } from "../../../src/lib/storage/replay-tables.ts";
import { byteSource } from "../../support/exported.ts";
import { refusalOf } from "../../support/refusal.ts";
import { PLACE } from "../../support/sample-chain.ts";

const HEAD = `{"entries":2,"type":"chain","vault":"${PLACE.vault}","version":1}\n`;

async function readAll(text: string): Promise<string[]> {
  const file = new ChainFile(byteSource(utf8(text)), "a.chain");
  const rows = await Array.fromAsync(file.entries());
  return [...rows.flat().map((row) => row.text), await file.checkpoint()];
}

test("what is written is read", async () => {
  const tables = new ReplayTables();
  for (const sequence of [1, 2]) await tables.insert("entries", { sequence, text: `{"entry":${sequence}}` });
  await tables.insert("checkpoint", { id: 1, note: "a note\n" });
  const parts: Uint8Array[] = [];
  expect(await writeChainFile(tables, PLACE.vault, (bytes) => parts.push(bytes))).toBe(2);
  const text = fromUtf8(concat(...parts));
  expect(text).toBe(`${HEAD}{"entry":1}\n{"entry":2}\n{"checkpoint":"a note\\n"}\n`);
  expect(await readAll(text)).toEqual(['{"entry":1}', '{"entry":2}', "a note\n"]);
});

test("a vault without checkpoint is not exported", async () => {
  expect(await refusalOf(() => writeChainFile(new ReplayTables(), PLACE.vault, () => undefined))).toEqual({
    code: "INTEGRITY",
    message: "checkpoint: missing",
  });
});

describe("no exported chain is", () => {
  test.for([
    { what: "an empty file", text: "", problem: "empty" },
    { what: "other text", text: "alice\n", problem: "not JSON" },
    { what: "a line without end", text: "x".repeat(100_000), problem: "line 1 longer than 4096 bytes" },
    {
      what: "an entry",
      text: '{"actor":"a"}\n',
      problem: "entries: Invalid input: expected number, received undefined",
    },
    {
      what: "a later version",
      text: HEAD.replace('"version":1', '"version":2'),
      problem: "version: Invalid input: expected 1",
    },
    { what: "no entries", text: HEAD.replace(":2,", ":0,"), problem: "entries: Too small: expected number to be >0" },
    { what: "more in its head", text: HEAD.replace("}", ',"x":1}'), problem: 'Unrecognized key: "x"' },
  ])("$what", async ({ text, problem }) => {
    expect(await refusalOf(() => new ChainFile(byteSource(utf8(text)), "a.chain"))).toEqual({
      code: "INPUT_MALFORMED",
      message: `a.chain: not an exported chain: ${problem}`,
    });
  });
});

test("a checkpoint may have as many characters as the limit says, and not one more", async () => {
  const ending = (length: number) => `${HEAD}{}\n{}\n{"checkpoint":"${"é".repeat(length)}"}\n`;
  expect((await readAll(ending(LIMITS.noteLength))).at(-1)).toHaveLength(LIMITS.noteLength);
  expect(await refusalOf(() => readAll(ending(LIMITS.noteLength + 1)))).toMatchObject({
    code: "INTEGRITY",
    message: expect.stringContaining("a.chain: line 4, the checkpoint: checkpoint: Too big"),
  });
});

test("I1: a line without end is refused early, with bounded memory", async () => {
  let given = 0;
  const head = utf8(HEAD);
  const endless = {
    read(into: Uint8Array) {
      into.fill(0x61);
      if (given === 0) into.set(head);
      given += into.length;
      return into;
    },
  };
  const file = new ChainFile(endless, "a.chain");
  expect(await refusalOf(() => Array.fromAsync(file.entries()))).toEqual({
    code: "INTEGRITY",
    message: `a.chain: line 2 longer than ${3 * LIMITS.entryBytes} bytes`,
  });
  expect(given).toBeLessThan(4 * LIMITS.entryBytes);
});
