import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { signCheckpoint } from "../../../src/lib/audit/checkpoint.ts";
import { entryHash } from "../../../src/lib/audit/entry.ts";
import { Tree } from "../../../src/lib/audit/tree.ts";
import { type Anchor, loadAnchor, saveAnchor } from "../../../src/lib/host/anchor.ts";
import { canonicalJson } from "../../../src/lib/json.ts";
import { chainOf, exportedOf, genesisOf, linesOf, verifyChainFile } from "../../support/exported.ts";
import { Forger } from "../../support/forgery.ts";
import { refusalOf } from "../../support/refusal.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

let made: MadeVault;
/** Before and after a key was made. */
let earlier: Uint8Array;
let chain: Uint8Array;
let lines: string[];

beforeAll(async () => {
  made = await foundVault();
  await made.verify();
  earlier = await exportedOf(made);
  await made.createKey("payments", ["alice", "bob"]);
  chain = await exportedOf(made);
  lines = linesOf(chain);
});
afterAll(async () => made[Symbol.asyncDispose]());

/** What this machine remembers, on another one. */
function remembered(machine: string, changes: Partial<Anchor> = {}): string {
  const state = made.place.file(machine);
  const { vault } = JSON.parse(lines[0] ?? "") as { vault: string };
  const anchor = loadAnchor(made.state, vault);
  if (anchor === undefined) throw new TypeError("the host remembers its vault");
  saveAnchor(state, { ...anchor, role: "desk", ...changes });
  return state;
}

describe("an exported chain is", () => {
  test("what the vault's own verification says, but for the ciphertexts", async () => {
    const genesis = genesisOf(chain);
    const { verification } = await verifyChainFile(made, chain, { genesis });
    expect(verification).toEqual({ ...(await made.verify({ genesis })), ciphertexts: "not in the file" });
    expect(verification).toMatchObject({ result: "VERIFIED", entries: 7, acts: 1 });
  });

  test("S15: CONSISTENT where nobody knows its genesis", async () => {
    const { verification } = await verifyChainFile(made, chain);
    expect(verification).toMatchObject({ result: "CONSISTENT", anchored: false });
  });

  test("VERIFIED on a machine that remembers the vault, whatever it has seen of it until now", async () => {
    const state = remembered("desk");
    const { verification } = await verifyChainFile(made, chain, {}, { state });
    expect(verification).toMatchObject({ result: "VERIFIED", anchored: true });
  });

  test("held against a checkpoint that somebody kept", async () => {
    const { checkpoint } = JSON.parse(linesOf(earlier).at(-1) ?? "") as { checkpoint: string };
    expect((await verifyChainFile(made, chain, { checkpoint })).verification.lost).toBeNull();
    const { checkpoint: later } = JSON.parse(lines.at(-1) ?? "") as { checkpoint: string };
    expect(await refusalOf(() => verifyChainFile(made, earlier, { checkpoint: later }))).toEqual({
      code: "INTEGRITY",
      message: "vault: has 5 entries, the kept checkpoint 7",
    });
  });
});

describe("14:", () => {
  const without = (index: number) => chainOf(lines.toSpliced(index, 1));
  const swapped = (one: number) => chainOf(lines.toSpliced(one, 2, lines[one + 1] ?? "", lines[one] ?? ""));
  const replaced = (index: number, from: string | RegExp, to: string) =>
    chainOf(lines.with(index, lines[index]?.replace(from, to) ?? ""));

  test.for<{ what: string; change: () => Uint8Array; message: string }>([
    { what: "an entry that is missing", change: () => without(3), message: "entry 4 (custodian.confirm): stands at 3" },
    { what: "entries that changed places", change: () => swapped(3), message: "entry 4" },
    {
      what: "an entry twice",
      change: () => chainOf(lines.toSpliced(3, 0, lines[3] ?? "")),
      message: "entry 3 (custodian.confirm): stands at 4",
    },
    {
      what: "an altered entry",
      change: () => replaced(1, '"name":"vault"', '"name":"fault"'),
      message: "entry 2 (genesis.shares): does not follow entry 1: one of the two was altered",
    },
    {
      what: "an altered last entry",
      change: () => replaced(7, '"action":0', '"action":1'),
      message: "entry 7 (key.create): an effect that no approved plan asked for",
    },
    {
      what: "a longer spelling of an entry",
      change: () => replaced(2, "{", "{ "),
      message: "entry 2: not canonical JSON (RFC 8785)",
    },
    {
      what: "no end",
      change: () => chainOf(lines.slice(0, 5)),
      message: "a.chain: is cut off: 4 of 7 entries are there",
    },
    {
      what: "no checkpoint",
      change: () => chainOf(lines.slice(0, -1)),
      message: "a.chain: is cut off: it has no checkpoint",
    },
    {
      what: "fewer entries than it says, and a checkpoint",
      change: () => without(7),
      message: "a.chain: is cut off: 6 of 7 entries are there",
    },
    {
      what: "half a line",
      change: () => chain.subarray(0, chain.length - 9),
      message: "a.chain: line 9 is cut off: it has no line feed",
    },
    {
      what: "trailing data",
      change: () => chainOf([...lines, "{}"]),
      message: "a.chain: goes on after its end, in line 10",
    },
    {
      what: "an empty line at its end",
      change: () => chainOf([...lines, ""]),
      message: "a.chain: goes on after its end, in line 10",
    },
    {
      what: "the checkpoint of before",
      change: () => chainOf([...lines.slice(0, -1), linesOf(earlier).at(-1) ?? ""]),
      message: "audit chain: entry 7 or the checkpoint was altered: the tree's root differs",
    },
    {
      what: "no JSON for a checkpoint",
      change: () => chainOf([...lines.slice(0, -1), "note"]),
      message: "a.chain: line 9, the checkpoint: not JSON",
    },
  ])("$what", async ({ change, message }) => {
    const refusal = await refusalOf(() => verifyChainFile(made, change()));
    expect(refusal).toMatchObject({ code: "INTEGRITY", message: expect.stringContaining(message) });
  });

  test("T10: the checkpoint of another vault, or its name in the head", async () => {
    await using other = await foundVault();
    const theirs = linesOf(await exportedOf(other));
    const checkpoint = chainOf([...lines.slice(0, -1), theirs.at(-1) ?? ""]);
    expect(await refusalOf(() => verifyChainFile(made, checkpoint))).toMatchObject({
      message: "checkpoint: missing, altered, or not signed by this vault's host key",
    });
    const head = chainOf([(theirs[0] ?? "").replace('"entries":5', '"entries":7'), ...lines.slice(1)]);
    expect(await refusalOf(() => verifyChainFile(made, head))).toMatchObject({
      code: "INTEGRITY",
      message: expect.stringContaining("a.chain: says that it is of vault "),
    });
  });

  test("another genesis than on paper", async () => {
    expect(await refusalOf(() => verifyChainFile(made, chain, { genesis: "0".repeat(64) }))).toMatchObject({
      message: `vault: its genesis is ${genesisOf(chain)}, wanted ${"0".repeat(64)}`,
    });
  });

  test("T6: a chain that is older than what this machine saw", async () => {
    const state = remembered("later-desk");
    expect(await refusalOf(() => verifyChainFile(made, earlier, {}, { state }))).toEqual({
      code: "INTEGRITY",
      message: "audit chain: is behind its anchor: it has 5 entries, this machine saw 7",
    });
  });

  test("another history, or another host, than this machine remembers", async () => {
    const head = { size: 3, root: "0".repeat(64) };
    const other = remembered("other-history", { head });
    expect(await refusalOf(() => verifyChainFile(made, chain, {}, { state: other }))).toMatchObject({
      message: "audit chain: is another history than its anchor: they differ within the first 3 entries",
    });
    const epoch = "0e9b9a5c-61d4-4a6b-b6f5-2f7e0f1f4a90";
    const replaced = remembered("other-host", { epoch });
    expect(await refusalOf(() => verifyChainFile(made, chain, {}, { state: replaced }))).toMatchObject({
      message: expect.stringContaining("is of another host and epoch than this machine remembers"),
    });
  });

  test("S19: an entry that a stolen host key signed in, which no plan asked for", async () => {
    const effect = JSON.parse(lines[7] ?? "") as object;
    const forged = canonicalJson({ ...effect, sequence: 8, previous: entryHash(lines[7] ?? "") });
    const entries = [...lines.slice(1, -1), forged];
    const tree = new Tree();
    for (const entry of entries) tree.append(entryHash(entry));
    const { vault, epoch } = JSON.parse(forged) as { vault: string; epoch: string };
    const note = signCheckpoint({ vault, epoch, size: 8, root: tree.root() }, new Forger(made).hostKey);
    const head = canonicalJson({ entries: 8, type: "chain", vault, version: 1 });
    const file = chainOf([head, ...entries, canonicalJson({ checkpoint: note })]);
    expect(await refusalOf(() => verifyChainFile(made, file))).toEqual({
      code: "INTEGRITY",
      message: "entry 8 (key.create): an effect that no approved plan asked for",
    });
  });
});

test("S14: a recovery that isn't in it can't be accepted", async () => {
  const acceptRecovery = ["0".repeat(64)];
  expect(await refusalOf(() => verifyChainFile(made, chain, { acceptRecovery }))).toMatchObject({ code: "NOT_FOUND" });
});
