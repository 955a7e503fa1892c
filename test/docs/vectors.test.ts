import { createHash, createHmac, hkdfSync, type KeyObject, sign } from "node:crypto";
import { identityToRecipient } from "age-encryption";
import { describe, expect, test } from "vitest";
import { AuditChain } from "../../src/lib/audit/chain.ts";
import { openCheckpoint, signCheckpoint } from "../../src/lib/audit/checkpoint.ts";
import { entryHash, parseEntry } from "../../src/lib/audit/entry.ts";
import { verifyChain } from "../../src/lib/audit/verify.ts";
import { concat, fromHex, fromUtf8, hex, utf8 } from "../../src/lib/bytes.ts";
import { ENTRY_TYPES } from "../../src/lib/catalogue.ts";
import { open, sealWithNonce } from "../../src/lib/crypto/aead.ts";
import { hybridIdentity, recipientOf } from "../../src/lib/crypto/age-recipient.ts";
import { aesCmac } from "../../src/lib/crypto/cmac.ts";
import { sha256 } from "../../src/lib/crypto/digest.ts";
import { publicKeyOf, signingKey } from "../../src/lib/crypto/signature.ts";
import { digestWords } from "../../src/lib/crypto/words.ts";
import { proofSchema, verifyProof } from "../../src/lib/custodian/proof.ts";
import { canonicalJson } from "../../src/lib/json.ts";
import { commitmentOf, sessionCommitmentKey } from "../../src/lib/key/import-commitment.ts";
import { macOf } from "../../src/lib/key/mac.ts";
import { signMessage } from "../../src/lib/key/signature-scheme.ts";
import { approvalSchema, verifyApproval } from "../../src/lib/quorum/approval.ts";
import { openSealedShare, parseApprovalFile } from "../../src/lib/quorum/approval-file.ts";
import { parseProofFile } from "../../src/lib/quorum/confirm.ts";
import { summarizeActs } from "../../src/lib/quorum/exposure.ts";
import { manifestHash, manifestSchema, parseManifest } from "../../src/lib/quorum/manifest.ts";
import { planDigest, planSchema } from "../../src/lib/quorum/plan.ts";
import { parsePlanFile } from "../../src/lib/quorum/plan-file.ts";
import { parseProofRequest, requestDigest } from "../../src/lib/quorum/proof-request.ts";
import { Secret } from "../../src/lib/secret.ts";
import { openWithIdentities } from "../../src/lib/share/recipients.ts";
import { shareKey } from "../../src/lib/share/share-key.ts";
import { backupSeed, quorumCommitment, quorumKey, unwrapKek, unwrapMaterial } from "../../src/lib/vault/hierarchy.ts";
import { scratchTables } from "../support/scratch-tables.ts";
import { plainShare } from "../support/sharing.ts";
import { laterBlobs } from "./example-blobs.ts";
import { EXAMPLE, exampleEntries, importEntries, useEntries } from "./example-vault.ts";
import { format } from "./page.ts";

const { vault, epoch, quorum, keyring, key, quorumSecret, custodians } = EXAMPLE;
const place = { vault, quorum, generation: 1 };
const texts = exampleEntries();
const hashes = format("example-vault").section("What follows").rows();
const manifest = manifestSchema.parse(format("manifest").section("Test vector").json());
const [, ...derived] = format("sealed-blob").section("Test vectors").indented();
const [wrappingKeyHex = "", commitment, backupSeedHex = "", kekJson = "", kekBlob = "", kekHash] = derived;
const [materialJson = "", materialBlob = "", materialHash] = derived.slice(6);

/** SHA-256 of a labelled message, by the words of docs/formats/README.md. */
function digestUnder(label: string, json: unknown): string {
  return createHash("sha256")
    .update(`${label}\0${canonicalJson(json)}`)
    .digest("hex");
}

function signatureUnder(label: string, json: unknown, signer: KeyObject | undefined): string {
  if (signer === undefined) throw new Error("nobody signs");
  return sign(null, Buffer.from(`${label}\0${canonicalJson(json)}`), signer).toString("hex");
}

/** By the words of docs/formats/sealed-blob.md. */
function derivedFromSecret(label: string, salt: Uint8Array): string {
  const info = canonicalJson({ generation: 1, label, quorum });
  return Buffer.from(hkdfSync("sha256", quorumSecret, salt, info, 32)).toString("hex");
}

function secret(bytes: Uint8Array): Secret {
  return new Secret(Uint8Array.from(bytes));
}

function shareKeyOf(name: string, x: number): KeyObject {
  return shareKey(plainShare(x), { ...place, custodian: name });
}

test("manifest.md: the manifest of the given keys, and its hash", async () => {
  const { manifest: inEntry } = JSON.parse(texts[0] ?? "").data;
  expect(canonicalJson(manifest)).toBe(canonicalJson(inEntry));
  expect(parseManifest(canonicalJson(manifest))).toEqual(manifest);
  expect(manifest).toMatchObject({ vault, quorum, generation: 1, commitment });
  expect(manifest.custodians.map(({ name, x, custodianKey, shareKey }) => [name, x, custodianKey, shareKey])).toEqual(
    custodians.map(({ name, x, custodianKey }) => [
      name,
      x,
      publicKeyOf(custodianKey),
      publicKeyOf(shareKeyOf(name, x)),
    ]),
  );
  for (const [i, { ageIdentity }] of custodians.entries()) {
    const recipients = ageIdentity === undefined ? [] : [await recipientOf(ageIdentity)];
    expect(manifest.custodians[i]?.recipients).toEqual(recipients);
  }
  const [hash] = format("manifest").section("Test vector").indented();
  expect(digestUnder("conclave/manifest/v1", manifest)).toBe(hash);
  expect(manifestHash(manifest)).toBe(hash);
});

describe("sealed-blob.md", () => {
  test("what is derived from the quorum secret", async () => {
    const salt = fromHex(manifestHash(manifest));
    expect(derivedFromSecret("conclave/quorum-key/v1", salt)).toBe(wrappingKeyHex);
    expect(derivedFromSecret("conclave/quorum-commitment/v1", utf8(vault))).toBe(commitment);
    expect(derivedFromSecret("conclave/backup-identity/v1", utf8(vault))).toBe(backupSeedHex);

    using whole = secret(quorumSecret);
    expect(hex(quorumKey(whole, manifestHash(manifest), place).reveal())).toBe(wrappingKeyHex);
    expect(quorumCommitment(whole, place)).toBe(commitment);
    expect(hex(backupSeed(whole, place).reveal())).toBe(backupSeedHex);
    expect(await identityToRecipient(hybridIdentity(secret(fromHex(backupSeedHex))))).toBe(manifest.backupRecipient);
  });

  test.for([
    { what: "KEK", label: "conclave/kek/v1", wrapping: wrappingKeyHex, json: kekJson, blob: kekBlob, hash: kekHash },
    {
      what: "material",
      label: "conclave/material/v1",
      wrapping: hex(EXAMPLE.kek),
      json: materialJson,
      blob: materialBlob,
      hash: materialHash,
    },
  ])("the wrapped $what", ({ what, label, wrapping, json, blob, hash }) => {
    const { kek, kekNonce, material, materialNonce } = EXAMPLE;
    const [plain, nonce] = what === "KEK" ? [kek, utf8(kekNonce)] : [material, utf8(materialNonce)];
    const associated = utf8(`${label}\0${json}`);
    expect(hex(concat(nonce, sealWithNonce(secret(fromHex(wrapping)), nonce, plain, associated)))).toBe(blob);
    expect(hex(sha256(fromHex(blob)))).toBe(hash);
    expect(open(secret(fromHex(wrapping)), fromHex(blob), associated, what).reveal()).toEqual(plain);
  });

  test("both open where they belong", () => {
    using wrappingKey = secret(fromHex(wrappingKeyHex));
    using kek = unwrapKek(wrappingKey, fromHex(kekBlob), { ...place, keyring, version: 1 });
    expect(kek.reveal()).toEqual(EXAMPLE.kek);
    const owner = { vault, keyring, kekVersion: 1, key, version: 1, algorithm: "aes-256" };
    using material = unwrapMaterial(kek, fromHex(materialBlob), owner);
    expect(material.reveal()).toEqual(EXAMPLE.material);
    expect(canonicalJson(owner)).toBe(materialJson);
    expect(canonicalJson({ ...place, keyring, version: 1 })).toBe(kekJson);
  });
});

test("plan.md: digest, words, and the host's signature", () => {
  const vector = format("plan").section("Test vector");
  const plan = planSchema.parse(vector.json());
  const digest = digestUnder("conclave/plan/v1", plan);
  const signature = signatureUnder("conclave/plan/v1", plan, EXAMPLE.hostKey);
  expect(vector.indented()).toEqual([digest, digestWords(digest), signature]);
  expect(planDigest(plan)).toBe(digest);
  expect(JSON.parse(texts[6] ?? "").data.plan).toEqual(plan);

  const file = { plan, manifests: [manifest], handovers: [[]], hostKey: publicKeyOf(EXAMPLE.hostKey), signature };
  expect(parsePlanFile(utf8(`${canonicalJson(file)}\n`))).toEqual(file);
});

describe("approval.md", () => {
  const vector = format("approval").section("Test vector");
  const approval = approvalSchema.parse(vector.json());
  const [planLine = "", recordLine = "", custodianKeyHex = ""] = vector.indented();
  const share = `${vector.fenced("text")[0]}\n`;

  test("bob's signature", () => {
    const { custodianKey } = custodians[1] ?? {};
    expect(signatureUnder("conclave/approval/v1", approval.statement, custodianKey)).toBe(approval.signature);
    expect(custodianKey && publicKeyOf(custodianKey)).toBe(custodianKeyHex);
    expect(verifyApproval(approval, { custodianKey: custodianKeyHex, shareKey: "" })).toBe(true);
    expect(JSON.parse(texts[6] ?? "").data.approvals[0]).toEqual(approval);
  });

  test("his sealed share, as it travelled", async () => {
    expect(parseApprovalFile(utf8(`${canonicalJson({ approval, share })}\n`), "bob.approval")).toEqual({
      approval,
      share,
    });
    expect(hex(sha256(utf8(share)))).toBe(approval.statement.sealed);
    using opened = await openWithIdentities(utf8(share), [EXAMPLE.session]);
    expect(fromUtf8(opened.reveal())).toBe(`${planLine}\n${recordLine}\n`);
    expect(planLine).toBe(`plan ${format("plan").section("Test vector").indented()[0]}`);
    const { share: bobs } = await openSealedShare(share, approval.statement.plan, EXAMPLE.session);
    expect(bobs.bytes.reveal()).toEqual(plainShare(2).bytes.reveal());
  });
});

test("request.md: digest, words, and the host's signature", () => {
  const vector = format("request").section("Test vector");
  const told = JSON.stringify(vector.json());
  const request = JSON.parse(told.replace('"the manifest of manifest.md"', () => canonicalJson(manifest)));
  const digest = digestUnder("conclave/request/v1", request);
  const signature = signatureUnder("conclave/request/v1", request, EXAMPLE.hostKey);
  expect(vector.indented()).toEqual([digest, digestWords(digest), signature]);
  expect(requestDigest(request)).toBe(digest);
  expect(parseProofRequest(utf8(`${canonicalJson({ request, signature })}\n`))).toEqual(request);
  expect(Object.keys(request)).toEqual(format("request").section("Members").firstCells());
});

test("proof.md: bob's two signatures", () => {
  const vector = format("proof").section("Test vector");
  const proof = proofSchema.parse(vector.json());
  const [, bob] = custodians;
  expect(signatureUnder("conclave/proof/v1", proof.statement, shareKeyOf("bob", 2))).toBe(proof.shareSignature);
  expect(signatureUnder("conclave/proof/v1", proof.statement, bob?.custodianKey)).toBe(proof.custodianSignature);
  const [shareKeyHex = "", custodianKeyHex = ""] = vector.indented();
  expect(verifyProof(proof, shareKeyHex, custodianKeyHex)).toBe(true);
  expect(parseProofFile(utf8(`${canonicalJson(proof)}\n`), "bob.proof")).toEqual(proof);
  expect(JSON.parse(texts[4] ?? "").data).toEqual(proof);
  expect(Object(format("request").section("Test vector").json())).toMatchObject({
    checkpoint: proof.statement.checkpoint,
  });
});

test("audit-entry.md: each entry's hash, and the link to the one before", () => {
  let previous = "0".repeat(64);
  for (const [i, text] of texts.entries()) {
    const entry = parseEntry(text, i + 1);
    expect(entry.previous).toBe(previous);
    previous = digestUnder("conclave/entry/v1", entry);
    expect(entryHash(text)).toBe(previous);
    expect(hashes[i]?.slice(0, 2)).toEqual([String(i + 1), `\`${entry.type}\``]);
    expect(hashes[i]?.[3]).toBe(`\`${previous}\``);
  }
  expect(format("audit-entry").section("Test vector").indented()).toEqual([texts[7], entryHash(texts[7] ?? "")]);
  expect(JSON.parse(texts[7] ?? "").data.checkValue).toBe(
    hex(aesCmac(EXAMPLE.material, new Uint8Array(16)).subarray(0, 5)),
  );
});

describe("checkpoint.md", () => {
  const vector = format("checkpoint").section("Test vector");
  const roots = vector.rows().map(([, root]) => root?.replaceAll("`", ""));
  const note = `${vector.fenced("text")[0]}\n`;

  test("the roots over the entries, and the note over all", () => {
    const chain = new AuditChain(ENTRY_TYPES);
    for (const [i, text] of texts.entries()) {
      chain.link(i + 1, text);
      expect(chain.tree.root()).toBe(roots[i]);
    }
    const checkpoint = { vault, epoch, size: texts.length, root: roots.at(-1) ?? "" };
    expect(signCheckpoint(checkpoint, EXAMPLE.hostKey)).toBe(note);
    expect(openCheckpoint(note, publicKeyOf(EXAMPLE.hostKey))).toEqual(checkpoint);
  });

  test("the host's key, also as a verifier key", () => {
    const [hostKey = "", verifierKey = ""] = vector.indented();
    expect(hostKey).toBe(publicKeyOf(EXAMPLE.hostKey));
    const [name = "", id, typed = ""] = verifierKey.split(/\+(?=[0-9a-f]{8}\+)|(?<=\+[0-9a-f]{8})\+/);
    expect(name).toBe(`conclave/${vault}/${epoch}`);
    expect(typed).toBe(Buffer.from(concat(Uint8Array.of(1), fromHex(hostKey))).toString("base64"));
    const hashed = sha256(utf8(`${name}\n`), Uint8Array.of(1), fromHex(hostKey));
    expect(id).toBe(hex(hashed.subarray(0, 4)));
  });

  test("the whole example verifies, row by row and blob by blob", async () => {
    const chain = new AuditChain(ENTRY_TYPES);
    const blobs = laterBlobs(fromHex(wrappingKeyHex));
    // Of what is there no more: moved to another KEK, destroyed.
    const removed = [blobs.get(15)?.[0]?.hash, blobs.get(22)?.[1]?.hash];
    await using storage = await scratchTables();
    await storage.transaction(async (writer) => {
      for (const [i, text] of texts.entries()) {
        await writer.insert("entries", { sequence: i + 1, text });
        await chain.project(i + 1, text, writer, true);
      }
      for (const [sequence, sealed] of blobs) {
        for (const { hash, bytes } of sealed) {
          expect(texts[sequence - 1]).toContain(`"${hash}"`);
          if (!removed.includes(hash)) await writer.insert("blobs", { hash, bytes });
        }
      }
      await writer.insert("checkpoint", { id: 1, note });
    });
    const verified = await verifyChain(storage, {
      types: ENTRY_TYPES,
      anchor: { size: texts.length, root: roots.at(-1) ?? "" },
    });
    expect(verified.size).toBe(36);
    expect(await summarizeActs(storage)).toEqual({ acts: 9, actsByKeysNeverExposed: 8, recoveries: [] });
  });
});

test("example-use-entries.jsonl: goes on with the chain; signature and tag are those of the keys that are told", async () => {
  const chain = new AuditChain(ENTRY_TYPES);
  await using storage = await scratchTables();
  await storage.transaction(async (writer) => {
    for (const [i, text] of [...texts, ...useEntries()].entries()) await chain.project(i + 1, text, writer, true);
  });
  chain.assertComplete();
  const [signed, authenticated] = useEntries()
    .map((text) => JSON.parse(text))
    .filter(({ type }) => type === "key.sign" || type === "key.mac")
    .map(({ data }) => data);
  const release = signingKey(new Secret(sha256(utf8("release 1"))));
  const signature = signMessage("ed25519", "der", release, utf8("release 1.0\n"));
  expect(signed.signature).toBe(hex(sha256(signature)));
  const tag = macOf("hmac-sha256", sha256(utf8("webhooks 1")), utf8('{"event": 1}\n'));
  expect(authenticated.mac).toBe(hex(sha256(tag)));
});

test("example-import-entries.jsonl: goes on with the chain; the plan commits to the key that is told", async () => {
  const chain = new AuditChain(ENTRY_TYPES);
  await using storage = await scratchTables();
  await storage.transaction(async (writer) => {
    for (const [i, text] of [...texts, ...importEntries()].entries()) await chain.project(i + 1, text, writer, true);
  });
  chain.assertComplete();
  const { source } = JSON.parse(importEntries()[0] ?? "").data.plan.actions[0].parameters;
  const material = sha256(utf8("zone 1"));
  const hmac = (by: Uint8Array, ...parts: Uint8Array[]) =>
    createHmac("sha256", by)
      .update(concat(...parts))
      .digest();
  const commitmentKey = hmac(utf8(EXAMPLE.session), utf8("conclave/import-key/v1\0"));
  const commitment = hmac(commitmentKey, utf8("conclave/import/v1\0"), material).toString("hex");
  const told = format("plan").section("Commitments").indented();
  expect(told.slice(-2)).toEqual([`key = ${commitmentKey.toString("hex")}`, `commitment = ${commitment}`]);
  expect(source.commitment).toBe(commitment);
  expect(commitmentOf(sessionCommitmentKey(EXAMPLE.session), new Secret(material))).toBe(commitment);
  expect(source.checkValue).toBe(hex(aesCmac(material, new Uint8Array(16)).subarray(0, 5)));
});
