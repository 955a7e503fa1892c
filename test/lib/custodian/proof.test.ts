import { describe, expect, test } from "vitest";
import { labelled } from "../../../src/lib/crypto/labels.ts";
import { randomUuid } from "../../../src/lib/crypto/random.ts";
import { generateSigningSeed, publicKeyOf, sign, signingKey } from "../../../src/lib/crypto/signature.ts";
import { type ProofStatement, proofSchema, signProof, verifyProof } from "../../../src/lib/custodian/proof.ts";
import { canonicalJson } from "../../../src/lib/json.ts";
import { changedAt, leavesOf, otherLeaf } from "../../support/leaves.ts";

const statement: ProofStatement = {
  type: "proof",
  version: 1,
  vault: randomUuid(),
  epoch: randomUuid(),
  genesis: "1".repeat(64),
  quorum: randomUuid(),
  generation: 1,
  manifest: "2".repeat(64),
  custodian: "alice",
  at: "desk",
  checkpoint: "conclave/x/y\n2\nroot\n\n— signature\n",
};
const newKey = () => signingKey(generateSigningSeed());
const [shareKey, custodianKey] = [newKey(), newKey()];
const keys = [publicKeyOf(shareKey), publicKeyOf(custodianKey)] as const;

test("a proof is signed by the share, and by the custodian", () => {
  const proof = signProof(statement, shareKey, custodianKey);
  expect(proofSchema.parse(proof)).toEqual(proof);
  expect(verifyProof(proof, ...keys)).toBe(true);
});

describe("one of the two is not enough", () => {
  const proof = signProof(statement, shareKey, custodianKey);
  test.for([
    { what: "the share alone", proof: signProof(statement, shareKey, newKey()) },
    { what: "the custodian alone", proof: signProof(statement, newKey(), custodianKey) },
    { what: "the share for both", proof: signProof(statement, shareKey, shareKey) },
    { what: "each in the other's place", proof: signProof(statement, custodianKey, shareKey) },
    { what: "no signature", proof: { ...proof, shareSignature: "0".repeat(128) } },
  ])("$what", ({ proof: given }) => {
    expect(verifyProof(given, ...keys)).toBe(false);
  });
});

describe("S17: it is for this vault, generation and checkpoint alone", () => {
  const proof = signProof(statement, shareKey, custodianKey);
  test.for(leavesOf(statement))("statement.%s changed", (path) => {
    const changed = changedAt(proof, ["statement", ...path], otherLeaf) as typeof proof;
    expect(verifyProof(changed, ...keys)).toBe(false);
  });

  test("signed under another label", () => {
    const message = labelled("approval", canonicalJson(statement));
    const given = {
      statement,
      shareSignature: sign(shareKey, message),
      custodianSignature: sign(custodianKey, message),
    };
    expect(verifyProof(given, ...keys)).toBe(false);
  });
});

test.for<Record<string, unknown>>([
  { type: "approval" },
  { version: 2 },
  { generation: 0 },
  { genesis: "x" },
  { checkpoint: "c".repeat(1025) },
  { extra: 1 },
])("a statement with %j is none", (change) => {
  const signature = "0".repeat(128);
  const proof = { statement: { ...statement, ...change }, shareSignature: signature, custodianSignature: signature };
  expect(proofSchema.safeParse(proof).success).toBe(false);
});
