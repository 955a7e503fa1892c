import { expect, test } from "vitest";
import { randomUuid } from "../../../src/lib/crypto/random.ts";
import { generateSigningSeed, publicKeyOf, signingKey } from "../../../src/lib/crypto/signature.ts";
import { manifestHash, manifestProblem } from "../../../src/lib/quorum/manifest.ts";
import { NewGeneration } from "../../../src/lib/quorum/new-generation.ts";
import { readDocument } from "../../../src/lib/share/document.ts";
import { openWithPassphrase } from "../../../src/lib/share/sealed-file.ts";
import { combineShares } from "../../../src/lib/share/shamir.ts";
import { quorumCommitment, quorumKey } from "../../../src/lib/vault/hierarchy.ts";

const NAMES = ["alice", "bob", "carol"];
const request = {
  vault: randomUuid(),
  quorum: randomUuid(),
  generation: 2,
  name: "root",
  threshold: 2,
  custodians: NAMES.map((name) => ({ name, shareFile: `/media/${name}.share` })),
  rehearsal: true,
  previous: "5".repeat(64),
};
const pin = { vault: request.vault, genesis: "1".repeat(64), epoch: randomUuid(), host: "2".repeat(64) };
const entrusted = () => ({
  custodianSeeds: new Map(),
  passphrases: new Map(NAMES.map((name) => [name, `of ${name}`])),
});

test("manifest, key and shares are of one new secret; each share opens with its custodian's passphrase alone", async () => {
  using made = await NewGeneration.make(request, entrusted());
  const { manifest } = made;
  expect(manifestProblem(manifest)).toBe(undefined);
  expect(manifest).toMatchObject({ generation: 2, threshold: 2, previous: request.previous, name: "root" });
  const sealed = await made.seal("vault", pin);
  expect(sealed.map(({ name, file }) => [name, file])).toEqual(NAMES.map((name) => [name, `/media/${name}.share`]));

  const documents = await Promise.all(
    sealed.map(async ({ name, bytes }) => {
      using text = await openWithPassphrase(bytes, `of ${name}`);
      return readDocument(text);
    }),
  );
  expect(documents.map((document) => document.pin)).toEqual(
    NAMES.map(() => ({ ...pin, manifest: manifestHash(manifest) })),
  );
  using secret = await combineShares(
    documents.slice(1).map(({ record }) => record.share),
    2,
  );
  expect(quorumCommitment(secret, request)).toBe(manifest.commitment);
  using key = quorumKey(secret, manifestHash(manifest), request);
  expect(key.reveal()).toEqual(made.key.reveal());
  await expect(openWithPassphrase(sealed[0]?.bytes ?? new Uint8Array(), "of bob")).rejects.toMatchObject({
    code: "SHARE_PASSPHRASE",
  });
});

test("a carried key stays its custodian's; the seed stays the caller's", async () => {
  using seed = generateSigningSeed();
  const custodianSeeds = new Map([["bob", seed]]);
  using made = await NewGeneration.make(request, { ...entrusted(), custodianSeeds });
  expect(made.manifest.custodians[1]?.custodianKey).toBe(publicKeyOf(signingKey(seed)));
  made[Symbol.dispose]();
  expect(publicKeyOf(signingKey(seed))).toBe(made.manifest.custodians[1]?.custodianKey);
});

test("no passphrase for somebody at the host: the caller's bug", async () => {
  const without = { custodianSeeds: new Map(), passphrases: new Map([["alice", "a"]]) };
  await expect(NewGeneration.make(request, without)).rejects.toThrow(TypeError);
});
