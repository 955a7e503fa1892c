import { afterAll, beforeAll, expect, test } from "vitest";
import { fromUtf8, utf8 } from "../../src/lib/bytes.ts";
import { LIMITS } from "../../src/lib/limits.ts";
import { publish } from "../support/figures.ts";
import { type DocumentKind, hostileDocuments } from "../support/hostile-documents.ts";
import { hostileRecords } from "../support/hostile-records.ts";
import { refusalOf } from "../support/refusal.ts";
import { takeMutants } from "../support/take-mutants.ts";
import { foundVault, type MadeVault } from "../support/vault.ts";

/** Of each way of making them. */
const MUTANTS = 150;

let made: MadeVault;
const kinds = new Map<string, DocumentKind>();
beforeAll(async () => {
  made = await foundVault();
  for (const kind of [...(await hostileDocuments(made)), ...(await hostileRecords(made))]) kinds.set(kind.name, kind);
});
afterAll(async () => made[Symbol.asyncDispose]());

const NAMES = [
  ...["plan", "approval", "request", "proof", "enrolment", "identity", "opened identity", "session"],
  ...["witness's enrolment", "transcript", "exported chain"],
];

function kindOf(name: string): DocumentKind {
  const kind = kinds.get(name);
  if (kind === undefined) throw new TypeError(`no ${name}`);
  return kind;
}

test.for(NAMES)(
  "hostile files: mutants of one %s: refused by the right code, never a crash, quickly",
  { timeout: 60_000 },
  async (name) => {
    const kind = kindOf(name);
    await kind.take(kind.bytes);
    const taken = await takeMutants(kind, MUTANTS, 1);
    publish(`mutants of a ${name}`, taken);
    expect(taken.wrong).toEqual([]);
    expect(taken.refused).toBeGreaterThan(MUTANTS / 2);
    expect(taken.slowestMs).toBeLessThan(200);
  },
);

test("every kind of document has its tests", () => expect([...kinds.keys()]).toEqual(NAMES));

/** Files that another reader may take for a good one, or choke on. */
function disguised(good: Uint8Array): [what: string, bytes: Uint8Array][] {
  const text = fromUtf8(good);
  return [
    ["empty", utf8("")],
    ["a line feed", utf8("\n")],
    ["null", utf8("null\n")],
    ["an array", utf8("[]\n")],
    ["an object", utf8("{}\n")],
    ["a number that is none", utf8("1e400\n")],
    ["a byte order mark before it", utf8(`\ufeff${text}`)],
    ["spaces before it", utf8(`  ${text}`)],
    ["two line feeds after it", utf8(`${text}\n`)],
    ["itself after it", utf8(text + text)],
    ["a NUL after it", utf8(`${text}\0`)],
    ["in UTF-16", Uint8Array.from(Buffer.from(text, "utf16le"))],
    ["not in UTF-8", Uint8Array.from([...good.subarray(0, 40), 0xff, ...good.subarray(41)])],
    ["I2: a member twice", utf8(text.replace(/"(\w+)":/, '"$1":1,"$1":'))],
    ["I2: a member of the prototype", utf8(text.replace("{", '{"__proto__":{},'))],
    ["more than is ever read", new Uint8Array(LIMITS.documentBytes + 1).fill(0x20)],
    ["nested deep", utf8(`${"[".repeat(100_000)}${"]".repeat(100_000)}`)],
  ];
}

test.for(NAMES)("hostile files: one %s in disguise: refused", async (name) => {
  const kind = kindOf(name);
  const accepted: string[] = [];
  const good = fromUtf8(kind.bytes);
  for (const [what, bytes] of disguised(kind.bytes)) {
    if (what.startsWith("I2") && !good.startsWith("{")) continue; // of JSON only
    const refused = await refusalOf(async () => kind.take(bytes));
    if (refused === "accepted") accepted.push(what);
    else expect([...kind.codes, "SHARE_MALFORMED"]).toContain(refused.code);
  }
  // An identity is for people to read too: its first line may say anything, and age files bear blank space around them.
  const bearable = ["spaces before it", "two line feeds after it", "a byte order mark before it"];
  expect(accepted.filter((what) => !name.includes("identity") || !bearable.includes(what))).toEqual([]);
});
