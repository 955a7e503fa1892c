import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { signCheckpoint } from "../../src/lib/audit/checkpoint.ts";
import { DAY } from "../../src/lib/clock.ts";
import { randomHex, randomUuid } from "../../src/lib/crypto/random.ts";
import { generateSigningSeed, signingKey } from "../../src/lib/crypto/signature.ts";
import { type Proof, type ProofStatement, signProof } from "../../src/lib/custodian/proof.ts";
import { confirmProof, parseProofFile, writeProofFile } from "../../src/lib/quorum/confirm.ts";
import { type CustodianDescription, listCustodians } from "../../src/lib/quorum/custodians.ts";
import { parseProofRequest } from "../../src/lib/quorum/proof-request.ts";
import { EXIT_STATUS } from "../../src/lib/terminal/exit-status.ts";
import { Desk, sendRequest } from "../support/desk.ts";
import { Forger } from "../support/forgery.ts";
import { refusalOf } from "../support/refusal.ts";
import { stateOf } from "../support/refusals.ts";
import { foundVault, type MadeVault } from "../support/vault.ts";

let made: MadeVault;
/** Of bob, over the head of the vault as it is. */
let proof: Proof;

beforeAll(async () => {
  made = await foundVault();
  await made.createKey("payments", ["alice", "bob"]);
  proof = await provedBy(made, "bob");
});
afterAll(async () => made[Symbol.asyncDispose]());

async function provedBy(vault: MadeVault, name: string): Promise<Proof> {
  return parseProofFile(await new Desk(vault, name).prove(await sendRequest(vault)), "");
}

async function confirm(vault: MadeVault, given: Proof): Promise<unknown> {
  await using opened = await vault.open();
  return await confirmProof(opened, parseProofFile(writeProofFile(given), "p"), "p");
}

async function seatOf(vault: MadeVault, wanted: string): Promise<CustodianDescription | undefined> {
  await using opened = await vault.open();
  return (await listCustodians(opened.reader)).find(({ name }) => name === wanted);
}

/** The proof that both keys of a custodian sign, of whatever is stated. */
async function signed(changes: Partial<ProofStatement>, signer = "bob"): Promise<Proof> {
  const forger = new Forger(made);
  const keys = [await forger.shareKey(signer), await forger.custodianKey(signer)] as const;
  return signProof({ ...proof.statement, ...changes }, ...keys);
}

async function expectRefused(given: Proof, problem: string, code = "APPROVAL_INVALID"): Promise<void> {
  const before = await stateOf(made);
  const where = code === "INTEGRITY" ? "vault: " : "";
  const message = `${where}p, ${given.statement.custodian}'s proof: ${problem}`;
  expect(await refusalOf(confirm(made, given))).toEqual({ code, message });
  expect(await stateOf(made)).toEqual(before);
}

test("a proof dates the seat by its checkpoint, not by when it is confirmed", async () => {
  expect(EXIT_STATUS.APPROVAL_INVALID).toBe(12);
  await using copy = await made.copy();
  const before = await seatOf(copy, "bob");
  const now = Date.now() + 400 * DAY;
  copy.surroundings.clock = () => new Date(now);
  await confirm(copy, proof);
  const after = await seatOf(copy, "bob");
  expect(Date.parse(after?.lastProof ?? "")).toBeLessThan(now - 399 * DAY);
  expect((after?.lastProof ?? "") > (before?.lastProof ?? "")).toBe(true);
});

describe("S17: an old proof", () => {
  test("confirmed again, does not look younger", async () => {
    await using copy = await made.copy();
    await confirm(copy, proof);
    const first = await seatOf(copy, "bob");
    await confirm(copy, proof);
    expect(await seatOf(copy, "bob")).toEqual(first);
    await copy.createKey("later", ["alice", "bob"]);
    await confirm(copy, proof);
    expect(await seatOf(copy, "bob")).toEqual(first);
    await expect(copy.verify()).resolves.toMatchObject({ result: "VERIFIED" });
  });

  test("confirmed after a younger one, does not make the seat look older", async () => {
    await using copy = await made.copy();
    await copy.createKey("later", ["alice", "bob"]);
    await confirm(copy, await provedBy(copy, "bob"));
    const first = await seatOf(copy, "bob");
    await confirm(copy, proof);
    expect(await seatOf(copy, "bob")).toEqual(first);
  });
});

describe("S17: signed by both of the custodian's keys, but", () => {
  test.for([
    { what: "another vault", changes: { vault: randomUuid() }, problem: "of another vault" },
    { what: "another genesis", changes: { genesis: randomHex(32) }, problem: "of another vault" },
    { what: "another epoch", changes: { epoch: randomUuid() }, problem: "of another epoch" },
    { what: "another quorum", changes: { quorum: randomUuid() }, problem: "of another quorum or generation" },
    { what: "another generation", changes: { generation: 2 }, problem: "of another quorum or generation" },
    { what: "another manifest", changes: { manifest: randomHex(32) }, problem: "of another quorum or generation" },
    { what: "nobody", changes: { custodian: "mallory" }, problem: "not a custodian of quorum root" },
    {
      what: "another custodian",
      changes: { custodian: "carol" },
      problem: "not signed by the share and by the custodian",
    },
    { what: "no checkpoint", changes: { checkpoint: "" }, problem: "its checkpoint is not of this vault's host" },
  ])("of $what", async ({ changes, problem }) => {
    await expectRefused(await signed(changes), problem);
  });

  test("over a checkpoint of another host, of another vault or epoch, or altered", async () => {
    const { hostKey } = new Forger(made);
    using seed = generateSigningSeed();
    const { vault, epoch, checkpoint } = proof.statement;
    const head = { vault, epoch, size: 3, root: randomHex(32) };
    for (const other of [
      signCheckpoint(head, signingKey(seed)),
      signCheckpoint({ ...head, vault: randomUuid() }, hostKey),
      signCheckpoint({ ...head, epoch: randomUuid() }, hostKey),
      checkpoint.replace(/\n\d+\n/, "\n6\n"),
    ]) {
      await expectRefused(await signed({ checkpoint: other }), "its checkpoint is not of this vault's host");
    }
  });

  test("T6: over a chain that this host signed and does not have: it was rolled back", async () => {
    const { hostKey } = new Forger(made);
    const { vault, epoch } = proof.statement;
    for (const size of [3, 900]) {
      const checkpoint = signCheckpoint({ vault, epoch, size, root: randomHex(32) }, hostKey);
      const problem = `saw another chain of ${size} entries: this host was rolled back`;
      await expectRefused(await signed({ checkpoint }), problem, "INTEGRITY");
    }
  });
});

describe("S17: signed by", () => {
  const problem = "not signed by the share and by the custodian";

  test("one of the two keys only, or by each in the other's place", async () => {
    const { shareSignature, custodianSignature } = proof;
    await expectRefused({ ...proof, shareSignature: custodianSignature }, problem);
    await expectRefused({ ...proof, custodianSignature: shareSignature }, problem);
    const swapped = { shareSignature: custodianSignature, custodianSignature: shareSignature };
    await expectRefused({ ...proof, ...swapped }, problem);
  });

  test("the keys of another custodian", async () => {
    await expectRefused(await signed({}, "carol"), problem);
  });

  test("the custodian, of something else", async () => {
    const other = await signed({ checkpoint: `${proof.statement.checkpoint}\n` });
    await expectRefused({ ...other, statement: proof.statement }, problem);
  });
});

test("S17: a request is proved by its checkpoint: the same one gives the same proof, byte by byte", async () => {
  const request = await sendRequest(made);
  const proofs = [await new Desk(made, "carol").prove(request), await new Desk(made, "carol").prove(request)];
  expect(proofs[0]).toEqual(proofs[1]);
  expect(parseProofFile(proofs[0] ?? new Uint8Array(), "").statement.checkpoint).toBe(
    parseProofRequest(request).checkpoint,
  );
});
