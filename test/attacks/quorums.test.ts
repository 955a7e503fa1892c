import { cp, readFile, rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hex } from "../../src/lib/bytes.ts";
import { generateSigningSeed, publicKeyOf, signingKey } from "../../src/lib/crypto/signature.ts";
import { digestWords } from "../../src/lib/crypto/words.ts";
import { signProof } from "../../src/lib/custodian/proof.ts";
import { prepareApproval } from "../../src/lib/quorum/approve.ts";
import { gatherShares } from "../../src/lib/quorum/gather.ts";
import { GatheredShares } from "../../src/lib/quorum/gathered-shares.ts";
import type { Interaction } from "../../src/lib/quorum/interaction.ts";
import { planDigest } from "../../src/lib/quorum/plan.ts";
import type { Secret } from "../../src/lib/secret.ts";
import { readDocument, ShareDocument } from "../../src/lib/share/document.ts";
import { openWithPassphrase } from "../../src/lib/share/sealed-file.ts";
import { combineShares } from "../../src/lib/share/shamir.ts";
import { alteredEntry } from "../support/altered-entry.ts";
import { Desk, executeSent, sendPlan } from "../support/desk.ts";
import { create } from "../support/key-acts.ts";
import { ScriptedPeople } from "../support/people.ts";
import {
  bareRecord,
  cancel,
  confirm,
  createQuorum,
  documentOf,
  enrolled,
  generationsOf,
  type Holder,
  holders,
  inForceOf,
  peopleOf,
  presented,
  proofOf,
  prove,
  rekey,
  shareFileOf,
} from "../support/quorum-acts.ts";
import { refusalOf } from "../support/refusal.ts";
import { refusalsOf } from "../support/refusals.ts";
import { foundVault, type MadeVault } from "../support/vault.ts";

const NAMES = ["alice", "bob", "carol", "dave"] as const;
const inRoom = (made: MadeVault, custodians: readonly string[], generation = 1, quorum = "root") =>
  peopleOf(made, holders(custodians, generation, quorum));

function subsets<T>(items: readonly T[], size: number): T[][] {
  if (size === 0) return [[]];
  return items.flatMap((item, i) => subsets(items.slice(i + 1), size - 1).map((rest) => [item, ...rest]));
}

/** `total` custodians, `threshold` of them needed: rekeyed once, and with another quorum of the same people. */
async function threeShareSets(threshold: number, total: number): Promise<MadeVault> {
  const custodians = NAMES.slice(0, total);
  const made = await foundVault({ threshold, custodians });
  await made.performWith(inRoom(made, custodians), createQuorum(made, "payments", { threshold, custodians }));
  await prove(made, "payments");
  await made.performWith(inRoom(made, custodians), rekey(made));
  await prove(made);
  return made;
}

describe.for([
  [2, 2],
  [2, 3],
  [3, 3],
  [2, 4],
  [3, 4],
  [4, 4],
] as const)("S2: %i of %i", ([threshold, total]) => {
  let made: MadeVault;
  beforeAll(async () => {
    made = await threeShareSets(threshold, total);
  });
  afterAll(() => made[Symbol.asyncDispose]());

  /** How shares are gathered for an act of the root quorum; all are opened already, as texts. */
  async function gathered(texts: readonly [Holder, Secret][], bare: boolean): Promise<string[]> {
    await using vault = await made.open();
    const { id, genesis } = vault.identity;
    const root = await inForceOf(made);
    using shares = new GatheredShares([root], { recoverable: bare, carried: [] });
    const people = new ScriptedPeople(
      texts.map(([{ custodian }, text]) => async () => {
        const whole = readDocument(text);
        const document = bare ? new ShareDocument(whole.record, undefined, undefined) : whole;
        return { document, origin: "a share", claimed: bare ? undefined : custodian };
      }),
    );
    await gatherShares({ id, genesis, rehearsal: true }, shares, people);
    expect(() => shares.assertMet()).toThrow(expect.objectContaining({ code: "QUORUM_NOT_MET" }));
    return people.refused.map(({ code, message }) => `${code}: ${message}`);
  }

  test.for([false, true])(
    "every mix with shares of the old generation or of another quorum is refused, each by name (bare records: %s)",
    async (bare) => {
      const custodians = NAMES.slice(0, total);
      const all = [...holders(custodians, 2), ...holders(custodians, 1), ...holders(custodians, 1, "payments")];
      const texts = await Promise.all(
        all.map(async (holder): Promise<[Holder, Secret]> => {
          const sealed = await readFile(shareFileOf(made, holder));
          return [holder, await openWithPassphrase(sealed, made.passphrase(holder.custodian))];
        }),
      );
      let mixes = 0;
      for (const mix of subsets(texts, threshold)) {
        const strangers = mix.filter(([{ generation, quorum }]) => generation !== 2 || quorum !== "root");
        if (strangers.length === 0) continue;
        mixes++;
        expect(await gathered(mix, bare)).toEqual(
          strangers.map(([{ quorum }]) =>
            quorum === "root"
              ? "SHARE_OTHER_GENERATION: a share: share set generation 1, quorum root needs generation 2"
              : "SHARE_OTHER_QUORUM: a share: a share of another quorum; wanted: root",
          ),
        );
      }
      expect(mixes).toBe(subsets(all, threshold).length - subsets(custodians, threshold).length);
      for (const [, text] of texts) text[Symbol.dispose]();
    },
  );

  test("an act with a mix is refused before anything is asked, let alone combined", async () => {
    const people = peopleOf(made, [...holders(NAMES.slice(0, threshold - 1), 2), ...holders(["bob"], 1)]);
    people.patient = false;
    expect(await refusalOf(made.performWith(people, create("stolen")))).toMatchObject({
      code: "SHARE_OTHER_GENERATION",
    });
    expect(people.typed).toEqual([]);
  });

  test("every quorum of the new generation opens it", async () => {
    for (const [i, quorum] of subsets(NAMES.slice(0, total), threshold).entries()) {
      await made.performWith(inRoom(made, quorum, 2), create(`of-quorum-${i}`));
      if (i === 2) break; // the others are of the same kind
    }
    await expect(made.verify()).resolves.toMatchObject({ result: "VERIFIED" });
  });
});

describe("of a vault of 2 of alice, bob and carol", () => {
  let made: MadeVault;
  beforeAll(async () => {
    made = await foundVault();
    await made.createKey("payments", ["alice", "bob"]);
  });
  afterAll(() => made[Symbol.asyncDispose]());

  const all = (vault: MadeVault, generation = 1) => inRoom(vault, ["alice", "bob", "carol"], generation);

  test("S7: each rekey draws a new secret, and new points for the same people", async () => {
    await using copy = await made.copy();
    const secrets: string[] = [];
    const points: string[] = [];
    for (const generation of [1, 2, 3, 4]) {
      if (generation > 1) {
        await copy.performWith(all(copy, generation - 1), rekey(copy));
        await prove(copy);
      }
      const documents = await Promise.all(
        holders(["alice", "bob"], generation).map((holder) => documentOf(copy, holder)),
      );
      const shares = documents.map(({ record }) => record.share);
      points.push(...shares.map((share) => hex(share.bytes.reveal())));
      using secret = await combineShares(shares, 2);
      secrets.push(hex(secret.reveal()));
      for (const document of documents) document[Symbol.dispose]();
    }
    expect(new Set(secrets).size).toBe(4);
    expect(new Set(points).size).toBe(8);
  });

  test("S8: a rekey whose plan is altered between two approvals: the second is of another plan", async () => {
    await using copy = await made.copy();
    await enrolled(copy, "dave");
    await enrolled(copy, "dave", "mallory.enrolment"); // a key of mallory's, said to be dave's
    const plan = async (enrolment: string) => {
      await using vault = await copy.open();
      const [action] = await rekey(copy, { custodians: ["alice", "bob", `dave=${enrolment}`] })(vault);
      if (action === undefined) throw new TypeError("nothing planned");
      return await sendPlan(copy, action);
    };
    const [shown, swapped] = [await plan("dave.enrolment"), await plan("mallory.enrolment")];
    const alice = await new Desk(copy, "alice").approve(shown.bytes);
    const bob = await new Desk(copy, "bob").approve(swapped.bytes);
    for (const [{ file }, other] of [
      [shown, "2.approval, bob"],
      [swapped, "1.approval, alice"],
    ] as const) {
      expect(await refusalOf(executeSent(copy, file, [alice, bob]))).toEqual({
        code: "APPROVAL_INVALID",
        message: `${other}'s approval: of another plan`,
      });
    }
    expect(await generationsOf(copy)).toEqual(["root-1 active"]);
  });

  test("S10, S11: never in force without the proof of each, whatever else happens; the old one opens meanwhile", async () => {
    await using copy = await made.copy();
    await copy.performWith(all(copy), rekey(copy));
    for (const provers of [[], ["alice"], ["alice", "bob"]]) {
      await prove(copy, "root", provers);
      expect(await generationsOf(copy)).toEqual(["root-1 active", "root-2 pending"]);
      const people = inRoom(copy, ["alice", "bob"], 2);
      expect(await refusalOf(copy.performWith(people, create("early")))).toMatchObject({ code: "QUORUM_NOT_MET" });
      expect(people.refused.map(({ code }) => code)).toEqual(["SHARE_OTHER_GENERATION", "SHARE_OTHER_GENERATION"]);
      await copy.createKey(`old-${provers.length}`, ["bob", "carol"]);
    }
    await prove(copy);
    expect(await generationsOf(copy)).toEqual(["root-2 active"]);
  });

  test("S11: a confirmation that the host forges puts nothing in force", async () => {
    await using copy = await made.copy();
    await copy.performWith(all(copy), rekey(copy));
    await prove(copy);
    const forged = await alteredEntry(copy, "custodian.confirm", (data) => {
      const key = signingKey(generateSigningSeed());
      Object.assign(data, signProof(data.statement, key, key));
    });
    expect(forged).toMatch(
      /^INTEGRITY: entry \d+ \(custodian\.confirm\): proof of carol: not signed by the share and by the custodian$/,
    );
    const anothers = await alteredEntry(copy, "custodian.confirm", (data) => {
      data.statement.custodian = "bob";
    });
    expect(anothers).toMatch(/not signed by the share and by the custodian$/);
  });

  test("S12: a share of a replaced or cancelled generation, or of a custodian who left, is refused by name, and recorded", async () => {
    await using own = await foundVault();
    await own.performWith(all(own), rekey(own)); // to be cancelled
    await cp(own.place.file("root-2"), own.place.file("kept"), { recursive: true });
    await cancel(own);
    await cp(own.place.file("kept"), own.place.file("root-2"), { recursive: true });
    await own.performWith(inRoom(own, ["alice", "bob"]), rekey(own, { custodians: ["alice", "bob"] }));
    await prove(own);
    for (const holder of [
      { custodian: "alice", generation: 1 },
      { custodian: "bob", generation: 2 },
      { custodian: "carol", generation: 1 },
    ]) {
      const people = peopleOf(own, [holder]);
      people.patient = false;
      const message = `share set generation ${holder.generation}, quorum root needs generation 3`;
      const refusal = await refusalOf(own.performWith(people, create("no")));
      expect(refusal).toMatchObject({ code: "SHARE_OTHER_GENERATION", message: expect.stringContaining(message) });
      expect((await refusalsOf(own)).at(-1)).toEqual(refusal);
    }
  });

  describe("S14: a host that kept the shares, and none of the custodian keys", () => {
    /** Whoever kept alice's and bob's shares rekeys to custodians of the own, and signs everything from then on. */
    async function robbed(): Promise<MadeVault> {
      const copy = await made.copy();
      const kept = peopleOf(copy, holders(["alice", "bob"]), bareRecord);
      await copy.performWith(kept, rekey(copy, { custodians: ["mallory", "trent"] }));
      await prove(copy);
      await copy.performWith(inRoom(copy, ["mallory", "trent"], 2), create("theirs"));
      return copy;
    }

    test("it is a recovery: audit verify says so until somebody accepts it by its hash", async () => {
      await using copy = await robbed();
      const seen = await copy.verify();
      expect(seen).toMatchObject({
        result: "CONSISTENT",
        anchored: true,
        recoveries: [{ actions: ["quorum.rekey"], accepted: false }],
      });
      const hash = seen.recoveries[0]?.hash ?? "";
      expect(await refusalOf(copy.verify({ acceptRecovery: ["0".repeat(64)] }))).toMatchObject({ code: "NOT_FOUND" });
      expect(await copy.verify({ acceptRecovery: [hash] })).toMatchObject({ result: "VERIFIED" });
      expect(await copy.verify(), "remembered").toMatchObject({ result: "VERIFIED", recoveries: [{ accepted: true }] });
      await rm(copy.state, { recursive: true });
      expect(await copy.verify(), "by another machine it is not").toMatchObject({ result: "CONSISTENT" });
    });

    test("the command ends with 17, and names entry and act", async () => {
      await using copy = await robbed();
      const seen = await copy.place.run("audit", "verify", "--vault", "vault");
      expect(seen.status).toBe(17);
      expect(seen.stdout).toMatch(/recovery at entry \d+ \(quorum\.rekey/);
      expect(seen.stdout).not.toContain("VERIFIED\n");
    });

    test("a custodian's desk that knew the vault asks for words, whatever the share says", async () => {
      await using copy = await made.copy();
      const own = await enrolled(copy, "carol");
      const genuine = await sendPlan(copy, await planned(copy, "genuine"));
      await new Desk(copy, "carol").approve(genuine.bytes);
      const kept = peopleOf(copy, holders(["alice", "bob"]), bareRecord);
      await copy.performWith(kept, rekey(copy, { custodians: ["mallory", "trent", "carol=carol.enrolment"] }));
      await prove(copy);
      const carol = { custodian: "carol", generation: 2, own };
      await confirm(copy, await proofOf(copy, carol));

      const sent = await sendPlan(copy, await planned(copy, "theirs"));
      const share = await presented(copy, carol);
      using _ = share.document;
      const { state } = new Desk(copy, "carol");
      const approve = (words: string | undefined) =>
        prepareApproval(sent.file, share, { state, now: new Date(), words, recoverable: false });
      expect(await refusalOf(async () => approve(undefined))).toMatchObject({ code: "PLAN_INVALID" });
      expect(await refusalOf(async () => approve("not what was read aloud"))).toMatchObject({ code: "PLAN_INVALID" });
      expect(approve(digestWords(planDigest(sent.file.plan))).custodian).toBe("carol");
      expect(await refusalOf(new Desk(copy, "carol").approve(sent.bytes)), "by the old share").toMatchObject({
        code: "SHARE_OTHER_GENERATION",
      });
    });

    test("nothing but a rekey is approved by shares alone, and no other act goes with it in one plan", async () => {
      await using copy = await made.copy();
      const kept = () => peopleOf(copy, holders(["alice", "bob"]), bareRecord);
      for (const planner of [
        create("stolen"),
        createQuorum(copy, "theirs", { threshold: 2, custodians: ["mallory", "trent"] }),
        async (vault: Parameters<ReturnType<typeof rekey>>[0]) => [
          ...(await rekey(copy, { custodians: ["mallory", "trent"] })(vault)),
          ...(await create("stolen")(vault)),
        ],
      ]) {
        const people = kept();
        expect(await refusalOf(copy.performWith(people as Interaction, planner))).toMatchObject({
          code: "QUORUM_NOT_MET",
        });
        expect(people.refused.map(({ code }) => code)).toEqual(Array(2).fill("SHARE_WITHOUT_IDENTITY"));
      }
    });

    test("the chain doesn't let it pass for an act of custodians", async () => {
      await using copy = await robbed();
      const renamed = await alteredEntry(copy, "plan.execute", ({ approvals }) => {
        for (const { statement } of approvals) statement.key = "share";
      });
      expect(renamed).toMatch(/the share of mallory alone approves no such act|the signature is not the custodian's/);
    });

    async function planned(copy: MadeVault, name: string) {
      await using vault = await copy.open();
      const [action] = await create(name)(vault);
      if (action === undefined) throw new TypeError("nothing planned");
      return action;
    }
  });

  describe("a malicious new custodian stalls a rekey, and breaks nothing", () => {
    let stalled: MadeVault;
    beforeAll(async () => {
      stalled = await made.copy();
      await enrolled(stalled, "mallory");
      await stalled.performWith(
        inRoom(stalled, ["alice", "bob"]),
        rekey(stalled, { custodians: ["alice", "bob", "mallory=mallory.enrolment"] }),
      );
      await prove(stalled);
    });
    afterAll(() => stalled[Symbol.asyncDispose]());

    test("the proof never comes: the old generation goes on, and the pending one can be given up", async () => {
      expect(await generationsOf(stalled)).toEqual(["root-1 active", "root-2 pending"]);
      await using copy = await stalled.copy();
      await copy.createKey("meanwhile", ["alice", "carol"]);
      await expect(copy.verify()).resolves.toMatchObject({ result: "VERIFIED" });
    });

    test("a proof of another's share under the own name, with an own key", async () => {
      const theirs = await proofOf(stalled, { custodian: "alice", generation: 2 });
      using seed = generateSigningSeed();
      using share = await documentOf(stalled, { custodian: "alice", generation: 2 });
      if (share.custodianSeed === undefined) throw new TypeError("no whole share");
      for (const statement of [theirs.statement, { ...theirs.statement, custodian: "mallory" }]) {
        const forged = signProof(statement, signingKey(seed), signingKey(seed));
        const spliced = { ...theirs, statement };
        for (const proof of statement === theirs.statement ? [forged] : [forged, spliced]) {
          expect(await refusalOf(confirm(stalled, proof))).toMatchObject({
            code: "APPROVAL_INVALID",
            message: expect.stringMatching(/: not signed by the share and by the custodian$/),
          });
        }
      }
      expect(await generationsOf(stalled)).toEqual(["root-1 active", "root-2 pending"]);
    });

    test("a proof of the share of the generation before", async () => {
      await using copy = await stalled.copy();
      const old = await proofOf(copy, { custodian: "carol", generation: 1 });
      await confirm(copy, old);
      expect(await generationsOf(copy)).toEqual(["root-1 active", "root-2 pending"]);
      const renamed = { ...old, statement: { ...old.statement, custodian: "mallory" } };
      expect(await refusalOf(confirm(copy, renamed))).toMatchObject({
        message: "a.proof, mallory's proof: not a custodian of quorum root",
      });
    });

    test("the same key in two seats, a key that signs for everybody", async () => {
      await using copy = await made.copy();
      const mallory = await enrolled(copy, "mallory");
      const small = "00".repeat(32);
      const planner =
        (change: (parameters: Record<string, unknown>) => void): ReturnType<typeof rekey> =>
        async (vault) => {
          const set = { custodians: ["bob", "alice", "mallory=mallory.enrolment"] };
          const [action] = structuredClone(await rekey(copy, set)(vault));
          if (action === undefined) throw new TypeError("nothing planned");
          change(action.parameters);
          return [action];
        };
      const twice = planner(({ custodians }) => {
        const seats = custodians as { name: string; shareFile: string }[];
        seats.push({ ...(seats[2] as (typeof seats)[0]), name: "trudy", shareFile: copy.place.file("trudy.share") });
      });
      expect(await refusalOf(copy.performWith(inRoom(copy, ["alice", "bob"]), twice))).toEqual({
        code: "USAGE",
        message: "two enrolments with the same key: two seats for one person are no dual control",
      });
      expect(publicKeyOf(signingKey(mallory.seed))).toBe(mallory.file.enrolment.custodianKey);
      const unsound = planner(({ custodians }) => {
        const [, , third] = custodians as { enrolment: { custodianKey: string } }[];
        if (third !== undefined) third.enrolment.custodianKey = small;
      });
      expect(await refusalOf(copy.performWith(inRoom(copy, ["alice", "bob"]), unsound))).not.toBe("accepted");
      expect(await generationsOf(copy)).toEqual(["root-1 active"]);
    });
  });
});
