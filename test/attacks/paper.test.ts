import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fromUtf8, utf8 } from "../../src/lib/bytes.ts";
import { LIMITS } from "../../src/lib/limits.ts";
import { encodeRecord } from "../../src/lib/share/record.ts";
import { encodeWords } from "../../src/lib/share/record-words.ts";
import { describeError } from "../../src/lib/terminal/error-report.ts";
import { describeShareFile, parseShareFile } from "../../src/lib/terminal/share-file.ts";
import { type Canary, canariesOf, leaksIn, leaksInFiles } from "../support/canaries.ts";
import { haveProc, watch } from "../support/proc.ts";
import { refusalOf } from "../support/refusal.ts";
import type { Seen } from "../support/seen.ts";
import { foundVault, type MadeVault } from "../support/vault.ts";
import { expectVisible } from "../support/visible.ts";

/** Where a share lies open on purpose, or a passphrase. */
const OPEN = /\.(?:passphrase|paper)$/;
const V = ["--vault", "vault"];

let made: MadeVault;
let record = "";
let words = "";
const canaries: Canary[] = [];

beforeAll(async () => {
  made = await foundVault();
  using document = await made.document("alice");
  using text = encodeRecord(document.record);
  using list = encodeWords(document.record);
  record = fromUtf8(text.reveal());
  words = fromUtf8(list.reveal());
  canaries.push(...(await canariesOf(made)), ...spellingsOf(record, words));
  const groups = record.toUpperCase().match(/.{1,4}/g) ?? [];
  const list36 = words.split(" ");
  const files: Record<string, string> = {
    record,
    groups: groups.join(" "),
    words,
    typo: `${record.slice(0, 50)}${record[50] === "q" ? "p" : "q"}${record.slice(51)}`,
    strange: `${record.slice(0, 50)}b${record.slice(51)}`,
    short: groups.toSpliced(8, 1).join(" "),
    misspelt: list36.with(20, "xylofone").join(" "),
    swapped: [...list36.slice(2), ...list36.slice(0, 2)].join(" "),
    twice: `${record}\n\n${record}`,
    buried: `Dear Bob,\n\n${record}\n\nAlice`,
  };
  for (const [name, content] of Object.entries(files)) await made.place.write(`${name}.paper`, `${content}\n`);
});
afterAll(async () => made[Symbol.asyncDispose]());

/** What of a record or of words no message may hold: longer than what chance would make. */
function spellingsOf(theRecord: string, theWords: string): Canary[] {
  const list = theWords.split(" ");
  const groups = theRecord.match(/.{1,4}/g) ?? [];
  const parts = [
    ...groups.slice(5).map((_, i) => groups.slice(5 + i, 8 + i).join("")),
    ...groups.slice(5).map((_, i) => groups.slice(5 + i, 8 + i).join(" ")),
    ...list.slice(15).map((_, i) => list.slice(15 + i, 18 + i).join(" ")),
  ].filter((part) => part.length >= 9);
  return parts.flatMap((part) => [
    { what: `"${part}"`, bytes: utf8(part) },
    { what: `"${part.toUpperCase()}"`, bytes: utf8(part.toUpperCase()) },
  ]);
}

function outputs(seen: Seen): Buffer {
  return Buffer.from(`${seen.stdout}\n${seen.stderr}`);
}

const CREATE = ["key", "create", "paper", "--algorithm", "aes-256", ...V, "--yes"];

describe("H5, S1: no record and no word in what is shown", () => {
  test.for([
    { file: "record", status: 0 },
    { file: "groups", status: 0 },
    { file: "words", status: 0 },
    { file: "buried", status: 0 },
    { file: "typo", status: 11 },
    { file: "strange", status: 11 },
    { file: "short", status: 11 },
    { file: "misspelt", status: 11 },
    { file: "swapped", status: 11 },
    { file: "twice", status: 11 },
  ])("$file: $status", async ({ file, status }) => {
    const share = `alice=${file}.paper`;
    const commands: (readonly [number, ...string[]])[] = [
      [status, "share", "verify", share, ...V, "--json"],
      [11, ...CREATE, "--share", share],
    ];
    if (status === 0) commands.push([0, "share", "print", share, "--out", `${file}.card.paper`, "--json"]);
    const runs = commands.map(async ([wanted, ...args]) => {
      const seen = await made.place.runWith({ env: { DEBUG: "*" } }, ...args);
      expect(seen.status, String(seen.args)).toBe(wanted);
      expect(leaksIn(outputs(seen), canaries)).toEqual([]);
    });
    await Promise.all(runs);
    const inspected = await describeShareFile(made.place.file(`${file}.paper`)).catch((error: unknown) =>
      describeError(error),
    );
    expect(leaksIn(utf8(JSON.stringify(inspected)), canaries)).toEqual([]);
  });

  test("nor in the vault, the state directory, or any other file that is left", () => {
    expect(leaksInFiles(made.place.path, canaries, OPEN)).toEqual([]);
  });
});

test("H5: a record or words on the command line are refused, and not repeated", async () => {
  const given = [record, `alice=${record}`, ` ${record.toUpperCase()}`, words, `alice=${words}`];
  for (const secret of given) {
    const refusal = await refusalOf(() => parseShareFile(secret));
    expect(refusal).toMatchObject({
      code: "USAGE",
      message: expect.stringMatching(/^a share itself must not stand on/),
    });
    expect(leaksIn(utf8(JSON.stringify(refusal)), canaries)).toEqual([]);
  }
  const runs = ["verify", "protect", "print"].map(async (command) => {
    const seen = await made.place.runWith({ env: { DEBUG: "*" } }, "share", command, `alice=${record}`, "--json");
    expect(seen.json()).toMatchObject({ error: { code: "USAGE", status: 2 } });
    expect(leaksIn(utf8(seen.stdout), canaries)).toEqual([]);
  });
  await Promise.all(runs);
});

test.skipIf(!haveProc)(
  "H5: a record through a pipe is on no command line and in no environment (needs /proc)",
  async () => {
    const running = made.place.runWith({ stdin: record }, "share", "verify", "alice=-", ...V);
    const [seen, watched] = await Promise.all([running, watch(made.place.path, running)]);
    expect(seen.status, String(seen)).toBe(0);
    expect(watched.looks).toBeGreaterThan(0);
    expect(leaksIn(watched.seen, canaries)).toEqual([]);
  },
);

test("I4: control characters in an open file reach no screen", async () => {
  const { place } = made;
  await place.write("escapes.paper", `${record.slice(0, 40)}\u001b]0;x\u0007${record.slice(40)}\n`);
  await place.write("escapes-words.paper", words.replace(" ", " \u001b[2J\u202e "));
  for (const file of ["escapes.paper", "escapes-words.paper"]) {
    const seen = await place.run("share", "inspect", file);
    expectVisible(seen, 11);
  }
});

test("I1: a large open file is refused in no time, in few words", async () => {
  const large = ["zoo ".repeat(16_384), "cvs1 ".repeat(13_000), "cvs\n".repeat(16_384), "a b\n".repeat(16_384)];
  for (const content of large) {
    const start = Date.now();
    const path = await made.place.write("large.paper", content.slice(0, LIMITS.shareFileBytes));
    const refusal = await refusalOf(describeShareFile(path));
    expect(Date.now() - start).toBeLessThan(2000);
    expect(refusal).toMatchObject({ code: "SHARE_MALFORMED", message: expect.stringMatching(/^.{1,300}$/) });
  }
});

test("the search finds what it looks for", () => {
  for (const text of [record, words, (record.toUpperCase().match(/.{1,4}/g) ?? []).join(" ")]) {
    expect(leaksIn(utf8(text), canaries).length).toBeGreaterThan(10);
  }
});
