import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { publicKeyOf } from "../../../src/lib/crypto/signature.ts";
import { type QuorumGeneration, quorumInForce } from "../../../src/lib/quorum/state.ts";
import { type VaultPlace, verifyShare } from "../../../src/lib/quorum/verify-share.ts";
import { type ShareDocument } from "../../../src/lib/share/document.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

let made: MadeVault;
let place: VaultPlace;
let root: QuorumGeneration;
let alice: ShareDocument;
beforeAll(async () => {
  made = await foundVault();
  await using vault = await made.open();
  const { id, genesis } = vault.identity;
  place = { id, genesis, rehearsal: true };
  root = await quorumInForce(vault.reader, (await vault.reader.find("quorums", {}))?.id ?? "");
  alice = await made.document("alice");
});
afterAll(async () => made[Symbol.asyncDispose]());

const verify = (claimed: string | undefined, given: Partial<VaultPlace> = {}, quorums = [root]) =>
  verifyShare({ document: alice, origin: "/media/alice.share", claimed }, { ...place, ...given }, quorums, []);

test.for(["alice", undefined])("a share in the name of %s is its seat's, with its keys", (claimed) => {
  const { quorum, verified } = verify(claimed);
  const seat = root.manifest.custodians.find(({ name }) => name === "alice");
  expect(quorum).toBe(root);
  expect(verified.seat).toEqual(seat);
  expect(publicKeyOf(verified.shareKey)).toBe(seat?.shareKey);
  expect(verified.custodianKey && publicKeyOf(verified.custodianKey)).toBe(seat?.custodianKey);
});

test("the quorum whose it is is found among several", () => {
  const other = { ...root, id: "00000000-0000-4000-8000-000000000000" };
  expect(verify("alice", {}, [other, root]).quorum).toBe(root);
});

describe("the first thing that is wrong is said, with the file", () => {
  test.for([
    { what: "production", given: { rehearsal: false }, code: "SHARE_REHEARSAL" },
    { what: "another vault", given: { id: "11111111-1111-4111-8111-111111111111" }, code: "SHARE_OTHER_VAULT" },
    { what: "another genesis", given: { genesis: "1".repeat(64) }, code: "SHARE_OTHER_VAULT" },
  ])("in $what: $code", ({ given, code }) => {
    const error = expect.objectContaining({ code, message: expect.stringMatching(/^\/media\/alice\.share: /) });
    expect(() => verify("alice", given)).toThrow(error);
  });

  test("twice", () => {
    const { verified } = verify("alice");
    const again = () =>
      verifyShare({ document: alice, origin: "/media/copy", claimed: undefined }, place, [root], [verified]);
    const message = "/media/copy: alice's share was presented already";
    expect(again).toThrow(expect.objectContaining({ code: "SHARE_DOUBLED", message }));
  });

  test("in bob's name", () => {
    const message = "/media/alice.share: holds alice's share, not bob's";
    expect(() => verify("bob")).toThrow(expect.objectContaining({ code: "SHARE_OTHER_CUSTODIAN", message }));
  });

  test("no message has anything of the share in it", () => {
    const secret = Buffer.from(alice.record.share.bytes.reveal()).toString("hex");
    for (const refuse of [() => verify("bob"), () => verify("alice", { rehearsal: false })]) {
      expect(refuse).not.toThrow(new RegExp(secret.slice(0, 16)));
    }
  });
});
