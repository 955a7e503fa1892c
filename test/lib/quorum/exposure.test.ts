import { expect, test } from "vitest";
import { entryText, NO_ENTRY } from "../../../src/lib/audit/entry.ts";
import { timestamp } from "../../../src/lib/clock.ts";
import { randomUuid } from "../../../src/lib/crypto/random.ts";
import { canonicalJson } from "../../../src/lib/json.ts";
import { summarizeActs } from "../../../src/lib/quorum/exposure.ts";
import { manifestHash } from "../../../src/lib/quorum/manifest.ts";
import { manifestOf } from "../../support/manifests.ts";
import { scratchTables } from "../../support/scratch-tables.ts";

const TIME = timestamp(new Date(0));

/** Who approved an act, and where: `0` custodian-0 at an own desk, `0h` the same on the host, `0s` with the share alone. */
type Approvals = readonly string[];

/**
 * What is said of a quorum 2 of 4, whose custodian-3 has a key that was made on the host, and of its acts.
 */
async function summary(acts: readonly Approvals[]) {
  const { custodians, ...rest } = manifestOf(4);
  const manifest = { ...rest, custodians: custodians.map((seat, i) => ({ ...seat, key: i === 3 ? "host" : "own" })) };
  const quorum = manifest.quorum;
  const statement = (text: string) => ({
    type: "approval",
    version: 1,
    vault: manifest.vault,
    epoch: randomUuid(),
    plan: "0".repeat(64),
    quorum,
    custodian: `custodian-${text[0]}`,
    generation: 1,
    key: text[1] === "s" ? "share" : "custodian",
    at: text[1] === "h" ? "host" : "desk",
    time: TIME,
    seen: null,
    sealed: null,
  });
  await using storage = await scratchTables();
  await storage.transaction(async (writer) => {
    await writer.insert("quorums", { id: quorum, name: "root", created: TIME });
    await writer.insert("generations", {
      quorum,
      generation: 1,
      state: "active" as const,
      manifest: canonicalJson(manifest),
      created: TIME,
      manifestHash: manifestHash({ ...manifest, custodians }),
      handovers: "[]",
      activated: TIME,
    });
    for (const [index, approvals] of acts.entries()) {
      const data = {
        plan: { quorums: [{ id: quorum, generation: 1 }], actions: [{ action: "quorum.rekey" }] },
        approvals: approvals.map((text) => ({ statement: statement(text), signature: "0".repeat(128) })),
      };
      const entry = {
        version: 1 as const,
        vault: manifest.vault,
        epoch: manifest.vault,
        sequence: index + 1,
        time: TIME,
        previous: NO_ENTRY,
        type: "plan.execute",
        actor: "a test",
        data,
      };
      await writer.insert("entries", { sequence: index + 1, text: entryText(entry) });
    }
  });
  return await summarizeActs(storage);
}

test.for<{ what: string; acts: readonly Approvals[]; never: number }>([
  { what: "no act", acts: [], never: 0 },
  { what: "two own keys at own desks", acts: [["0", "1"]], never: 1 },
  { what: "one of two on the host", acts: [["0", "1h"]], never: 0 },
  { what: "a key made on the host, at a desk", acts: [["0", "3"]], never: 0 },
  { what: "enough without it", acts: [["0", "1", "3"]], never: 1 },
  {
    what: "a key that was opened on the host later",
    acts: [
      ["0", "1"],
      ["0h", "2h"],
    ],
    never: 0,
  },
  {
    what: "a key that was opened on the host before",
    acts: [
      ["0h", "2h"],
      ["0", "1"],
    ],
    never: 0,
  },
  {
    what: "the others' acts still count",
    acts: [
      ["0h", "3"],
      ["1", "2"],
    ],
    never: 1,
  },
])("$what: $never", async ({ acts, never }) => {
  expect(await summary(acts)).toEqual({ acts: acts.length, actsByKeysNeverExposed: never, recoveries: [] });
});

test("an act that a share alone approved is a recovery, named by the hash of its entry", async () => {
  const { recoveries } = await summary([
    ["0", "1"],
    ["0", "1s"],
    ["0s", "1s"],
  ]);
  expect(recoveries).toEqual(
    [2, 3].map((entry) => ({
      entry,
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      time: TIME,
      actions: ["quorum.rekey"],
    })),
  );
});
