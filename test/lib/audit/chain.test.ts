import { expect, test } from "vitest";
import { AuditChain, type EntryData } from "../../../src/lib/audit/chain.ts";
import { openCheckpoint } from "../../../src/lib/audit/checkpoint.ts";
import { type Entry, entryHash, entryText, NO_ENTRY, parseEntry } from "../../../src/lib/audit/entry.ts";
import { Tree } from "../../../src/lib/audit/tree.ts";
import { generateSigningSeed, publicKeyOf, signingKey } from "../../../src/lib/crypto/signature.ts";
import { PLACE, SAMPLE_TYPES } from "../../support/sample-chain.ts";
import { scratchTables } from "../../support/scratch-tables.ts";

const TIME = "2026-11-24T05:37:40.123Z";
const GENESIS: EntryData = { type: "genesis", data: { hostKey: "" } };

/** Texts of entries as a chain of them would have them. */
function textsOf(entries: readonly (EntryData & Partial<Entry>)[]): string[] {
  const texts: string[] = [];
  for (const [index, entry] of entries.entries()) {
    const previous = index === 0 ? NO_ENTRY : entryHash(texts[index - 1] ?? "");
    texts.push(entryText({ version: 1, ...PLACE, sequence: index + 1, time: TIME, previous, actor: "a", ...entry }));
  }
  return texts;
}

function quorum(name: string): EntryData {
  return { type: "quorum", data: { name } };
}

test("entries link by hash, and the tree grows with them", () => {
  const texts = textsOf([GENESIS, quorum("a"), quorum("b")]);
  const chain = new AuditChain(SAMPLE_TYPES);
  const tree = new Tree();
  for (const [index, text] of texts.entries()) {
    expect(chain.link(index + 1, text)).toEqual(parseEntry(text, index + 1));
    tree.append(entryHash(text));
  }
  expect([chain.size, chain.head, chain.vault, chain.epoch]).toEqual([
    3,
    entryHash(texts[2] ?? ""),
    ...Object.values(PLACE),
  ]);
  expect(chain.tree.root()).toBe(tree.root());
  expect(chain.timeOf(2)).toEqual(new Date(TIME));
  expect(() => chain.timeOf(4)).toThrow(RangeError);
});

test.for([
  { what: "one is missing", sequence: 2, problem: "audit chain: entry 1 is missing" },
  { what: "several are missing", sequence: 5, problem: "audit chain: entries 1 to 4 are missing" },
  { what: "it comes before the first", sequence: 0, problem: "entry 0: a sequence that no entry can have" },
])("T4: an entry is refused: $what", ({ sequence, problem }) => {
  const [text = ""] = textsOf([GENESIS]);
  expect(() => new AuditChain(SAMPLE_TYPES).link(sequence, text)).toThrow(problem);
});

test.for([
  { what: "its own number is another", change: { sequence: 3 }, problem: "entry 3 (quorum): stands at 2" },
  {
    what: "it follows another entry",
    change: { previous: "ab".repeat(32) },
    problem: "entry 2 (quorum): does not follow entry 1: one of the two was altered",
  },
  {
    what: "it is of another vault",
    change: { vault: PLACE.epoch },
    problem: "entry 2 (quorum): of another vault or epoch",
  },
  {
    what: "it is of another epoch",
    change: { epoch: PLACE.vault },
    problem: "entry 2 (quorum): of another vault or epoch",
  },
])("T4: an entry is refused: $what", ({ change, problem }) => {
  const [first = "", second = ""] = textsOf([GENESIS, { ...quorum("a"), ...change }]);
  const chain = new AuditChain(SAMPLE_TYPES);
  chain.link(1, first);
  expect(() => chain.link(2, second)).toThrow(expect.objectContaining({ code: "INTEGRITY", message: problem }));
});

test("the first entry follows none", () => {
  const [text = ""] = textsOf([{ ...GENESIS, previous: "ab".repeat(32) }]);
  expect(() => new AuditChain(SAMPLE_TYPES).link(1, text)).toThrow("entry 1 (genesis): does not follow entry 0");
});

test.for([
  { what: "all that a plan demands, in its order", next: [effect(0), effect(1), quorum("c")], problem: undefined },
  {
    what: "an effect where no plan was",
    before: [],
    next: [effect(0)],
    problem: "entry 2 (effect): an effect that no approved plan asked for",
  },
  {
    what: "another order",
    next: [effect(1), effect(0)],
    problem: "entry 3 (effect): an effect that no approved plan asked for",
  },
  {
    what: "the first twice",
    next: [effect(0), effect(0)],
    problem: "entry 4 (effect): an effect that no approved plan asked for",
  },
  {
    what: "one too many",
    next: [effect(0), effect(1), effect(1)],
    problem: "entry 5 (effect): an effect that no approved plan asked for",
  },
  {
    what: "of another plan",
    next: [effect(0, "q")],
    problem: "entry 3 (effect): an effect that no approved plan asked for",
  },
  {
    what: "something else in between",
    next: [effect(0), quorum("c"), effect(1)],
    problem: "entry 4 (quorum): stands where the plan's effect must be",
  },
  {
    what: "the end before them",
    next: [effect(0)],
    problem: "audit chain: ends before the effect that its last plan demands",
  },
  { what: "none of them", next: [], problem: "audit chain: ends before the effect that its last plan demands" },
])("S19: after a plan: $what", async ({ before = [PLAN], next, problem }) => {
  const reading = read(textsOf([GENESIS, ...before, ...next]));
  if (problem === undefined) await reading;
  else await expect(reading).rejects.toMatchObject({ code: "INTEGRITY", message: problem });
});

const PLAN: EntryData = { type: "plan", data: { id: "p", demands: ["first", "second"] } };

function effect(action: number, plan = "p"): EntryData {
  return { type: "effect", data: { plan, action } };
}

async function read(texts: readonly string[]): Promise<AuditChain> {
  await using storage = await scratchTables();
  return await storage.transaction(async (writer) => {
    const chain = new AuditChain(SAMPLE_TYPES);
    for (const [index, text] of texts.entries()) await chain.project(index + 1, text, writer, true);
    chain.assertComplete();
    return chain;
  });
}

test.for([
  {
    what: "a type that there is not",
    entry: { type: "key.export", data: {} },
    problem: "entry 2 (key.export): an unknown type",
  },
  {
    what: "data that its type does not have",
    entry: { type: "quorum", data: { name: "a", more: 1 } },
    problem: 'entry 2 (quorum): data.Unrecognized key: "more"',
  },
  {
    what: "what its command would have refused",
    entry: quorum("refused"),
    problem: "entry 2 (quorum): a name that no command would have taken",
  },
])("an entry of $what is an integrity error that names it", async ({ entry, problem }) => {
  await expect(read(textsOf([GENESIS, entry]))).rejects.toMatchObject({ code: "INTEGRITY", message: problem });
});

test("an error that isn't the entry's stays what it is", async () => {
  await expect(read(textsOf([GENESIS, quorum("busy")]))).rejects.toMatchObject({ code: "BUSY" });
  await expect(read(textsOf([GENESIS, quorum("bug")]))).rejects.toThrow(TypeError);
});

test("what is appended is what a reading takes, under a checkpoint of it", async () => {
  using seed = generateSigningSeed();
  const hostKey = signingKey(seed);
  await using storage = await scratchTables();
  const notes = await storage.transaction(async (writer) => {
    const chain = new AuditChain(SAMPLE_TYPES);
    await expect(chain.storeCheckpoint(writer, hostKey)).rejects.toThrow("an empty chain has no checkpoint");
    const append = (entry: EntryData) => chain.append(writer, PLACE, TIME, "a", entry);
    expect(await append(GENESIS)).toBe(1);
    const first = await chain.storeCheckpoint(writer, hostKey);
    expect(await append(PLAN)).toBe(2);
    await expect(chain.storeCheckpoint(writer, hostKey)).rejects.toThrow("ends before the effect");
    expect([await append(effect(0)), await append(effect(1))]).toEqual([3, 4]);
    return [first, await chain.storeCheckpoint(writer, hostKey)];
  });
  const rows = await Array.fromAsync(storage.rows("entries"));
  const chain = await read(rows.map(({ text }) => text));
  const opened = notes.map((note) => openCheckpoint(note, publicKeyOf(hostKey)));
  expect(opened).toEqual([1, 4].map((size) => ({ ...PLACE, size, root: chain.tree.root(size) })));
  expect(await Array.fromAsync(storage.rows("checkpoint"))).toEqual([{ id: 1, note: notes[1] }]); // the newest only
  expect((await Array.fromAsync(storage.rows("plans"))).map(({ id }) => id)).toEqual(["p/first", "p/second"]);
});
