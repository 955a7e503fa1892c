import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConclaveError } from "../../../src/lib/errors.ts";
import { gatherShares } from "../../../src/lib/quorum/gather.ts";
import { GatheredShares } from "../../../src/lib/quorum/gathered-shares.ts";
import type { Interaction, PresentedShare } from "../../../src/lib/quorum/interaction.ts";
import { type QuorumGeneration, quorumInForce } from "../../../src/lib/quorum/state.ts";
import type { VaultPlace } from "../../../src/lib/quorum/verify-share.ts";
import type { ShareDocument } from "../../../src/lib/share/document.ts";
import { ScriptedPeople } from "../../support/people.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

let made: MadeVault;
let place: VaultPlace;
let root: QuorumGeneration;
beforeAll(async () => {
  made = await foundVault({ threshold: 2, custodians: ["alice", "bob", "carol", "dave"] });
  await using vault = await made.open();
  const { id, genesis } = vault.identity;
  place = { id, genesis, rehearsal: true };
  root = await quorumInForce(vault.reader, (await vault.reader.find("quorums", {}))?.id ?? "");
});
afterAll(async () => made[Symbol.asyncDispose]());

/** Custodians who present their own share files; `shown` fills with what they presented. */
function people(names: readonly string[], shown: ShareDocument[] = []): ScriptedPeople {
  return new ScriptedPeople(
    names.map((name) => async (): Promise<PresentedShare> => {
      const document = await made.document(name);
      shown.push(document);
      return { document, origin: name, claimed: undefined };
    }),
  );
}

/** The shares of these quorums, as many as are needed; the caller's to dispose of. */
async function gather(
  vault: VaultPlace,
  quorums: readonly QuorumGeneration[],
  interaction: Interaction,
): Promise<GatheredShares> {
  const gathered = new GatheredShares(quorums, { recoverable: false, carried: [] });
  try {
    await gatherShares(vault, gathered, interaction);
    gathered.assertMet();
    return gathered;
  } catch (error) {
    gathered[Symbol.dispose]();
    throw error;
  }
}

const isZeroed = ({ record, custodianSeed }: ShareDocument) => {
  const ends = [() => record.share.x, () => custodianSeed?.length];
  return ends.every((use) => {
    try {
      use();
      return false;
    } catch {
      return true;
    }
  });
};

test("in the order in which they came, each with the keys of its seat", async () => {
  using gathered = await gather(place, [root], people(["carol", "alice"]));
  const verified = gathered.of(root);
  expect(verified.map(({ seat }) => seat.name)).toEqual(["carol", "alice"]);
  expect(gathered.all).toEqual(verified);
  expect(gathered.progress()).toEqual([
    { quorum: "root", threshold: 2, present: ["carol", "alice"], missing: ["bob", "dave"], needed: [] },
  ]);
});

test("more than the threshold are verified too, each of them", async () => {
  using gathered = await gather(place, [root], people(["alice", "bob", "carol", "dave"]));
  expect(gathered.of(root).length).toBe(4);
});

test.for([
  {
    names: [],
    says: "quorum root not met: 0 of 2 shares presented",
    rest: "Present 2 more, each of one of: alice, bob",
  },
  {
    names: ["bob"],
    says: "quorum root not met: 1 of 2 shares presented (bob)",
    rest: "Present 1 more, each of one of: alice, carol, dave",
  },
])("too few: $says", async ({ names, says, rest }) => {
  const gathering = gather(place, [root], people(names));
  await expect(gathering).rejects.toMatchObject({
    code: "QUORUM_NOT_MET",
    message: says,
    suggestions: [expect.stringContaining(rest)],
  });
});

describe("what was presented is zeroed", () => {
  test("at the end", async () => {
    const shown: ShareDocument[] = [];
    {
      using _ = await gather(place, [root], people(["alice", "bob"], shown));
      expect(shown.map(isZeroed)).toEqual([false, false]);
    }
    expect(shown.map(isZeroed)).toEqual([true, true]);
  });

  test("when there are too few", async () => {
    const shown: ShareDocument[] = [];
    await expect(gather(place, [root], people(["alice"], shown))).rejects.toThrow("not met");
    expect(shown.map(isZeroed)).toEqual([true]);
  });

  test("when it is refused, while the others go on", async () => {
    const shown: ShareDocument[] = [];
    using _ = await gather(place, [root], people(["alice", "alice", "bob"], shown));
    expect(shown.map(isZeroed)).toEqual([false, true, false]);
  });

  test("when somebody stops it", async () => {
    const shown: ShareDocument[] = [];
    const stopping = people(["alice", "bob"], shown);
    stopping.shareAccepted = async (name) => {
      if (name === "bob") throw new ConclaveError("ABORTED", "aborted");
    };
    await expect(gather(place, [root], stopping)).rejects.toMatchObject({ code: "ABORTED" });
    expect(shown.map(isZeroed)).toEqual([true, true]);
  });
});

describe("an error that is not about a share ends it, however patient the people", () => {
  test.for([
    new ConclaveError("ABORTED", "aborted"),
    new ConclaveError("USAGE", "no passphrase for bob"),
    new ConclaveError("INTEGRITY", "altered"),
    new TypeError("a bug"),
  ])("%s", async (error) => {
    const stopping = new ScriptedPeople([
      async () => {
        throw error;
      },
    ]);
    await expect(gather(place, [root], stopping)).rejects.toBe(error);
    expect(stopping.refused).toEqual([]);
  });
});

test("a refusal ends it where nobody may try again", async () => {
  const hasty = people(["alice", "alice", "bob"]);
  hasty.patient = false;
  await expect(gather(place, [root], hasty)).rejects.toMatchObject({ code: "SHARE_DOUBLED" });
});

test("a share counts for the quorum whose it is", async () => {
  const other = { ...root, id: "00000000-0000-4000-8000-000000000000", name: "cards" };
  const gathering = gather(place, [other, root], people(["alice", "bob"]));
  await expect(gathering).rejects.toMatchObject({ message: "quorum cards not met: 0 of 2 shares presented" });
});
