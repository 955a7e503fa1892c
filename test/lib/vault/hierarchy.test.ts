import { createHash, createHmac, hkdfSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { seal } from "../../../src/lib/crypto/aead.ts";
import { labelled } from "../../../src/lib/crypto/labels.ts";
import { canonicalJson } from "../../../src/lib/json.ts";
import { Secret } from "../../../src/lib/secret.ts";
import {
  backupSeed,
  type KekPlace,
  type MaterialPlace,
  quorumCommitment,
  quorumKey,
  unwrapKek,
  unwrapMaterial,
  wrapKek,
  wrapMaterial,
} from "../../../src/lib/vault/hierarchy.ts";

const A = "0b0c5f5e-3a8e-4f0a-9f39-5d1c1b6d2a11";
const B = "7c9e6679-7425-40de-944b-e07fc1f90ae7";
const MANIFEST = "ab".repeat(32);
const KEK_PLACE: KekPlace = { vault: A, quorum: B, generation: 1, keyring: A, version: 1 };
const MATERIAL_PLACE: MaterialPlace = { vault: A, keyring: B, kekVersion: 1, key: A, version: 1, algorithm: "aes-256" };

function bytes(fill: number, length = 32): Secret {
  return new Secret(new Uint8Array(length).fill(fill));
}

describe("T10: a wrapped KEK opens at its place only", () => {
  test("at its place", () => {
    using key = bytes(1);
    using kek = bytes(2);
    const blob = wrapKek(key, kek, KEK_PLACE);
    expect(blob.hash).toBe(createHash("sha256").update(blob.bytes).digest("hex"));
    expect(blob.bytes).toHaveLength(24 + 32 + 16);
    using opened = unwrapKek(key, blob.bytes, { ...KEK_PLACE });
    expect(opened.reveal()).toEqual(kek.reveal());
    expect(wrapKek(key, kek, KEK_PLACE).hash).not.toBe(blob.hash); // sealed anew each time
  });

  const others: Record<keyof KekPlace, string | number> = {
    vault: B,
    quorum: A,
    generation: 2,
    keyring: B,
    version: 2,
  };
  test.for(Object.entries(others))("not with another %s", ([member, value]) => {
    using key = bytes(1);
    using kek = bytes(2);
    const { bytes: wrapped } = wrapKek(key, kek, KEK_PLACE);
    const place = { ...KEK_PLACE, [member]: value };
    expect(place).not.toEqual(KEK_PLACE);
    expect(() => unwrapKek(key, wrapped, place)).toThrow(
      expect.objectContaining({
        code: "INTEGRITY",
        message: `KEK ${place.keyring} version ${place.version}: does not open under this key and place`,
      }),
    );
  });

  test("not under another quorum key, nor as key material", () => {
    using key = bytes(1);
    using other = bytes(3);
    using kek = bytes(2);
    const { bytes: wrapped } = wrapKek(key, kek, KEK_PLACE);
    expect(() => unwrapKek(other, wrapped, KEK_PLACE)).toThrow(expect.objectContaining({ code: "INTEGRITY" }));
    expect(() => unwrapMaterial(key, wrapped, MATERIAL_PLACE)).toThrow(expect.objectContaining({ code: "INTEGRITY" }));
  });
});

describe("T1, T3, T10: wrapped key material opens at its place only", () => {
  test.for([1, 16, 32, 4096])("at its place, %i bytes", (length) => {
    using kek = bytes(1);
    using material = bytes(2, length);
    const blob = wrapMaterial(kek, material, MATERIAL_PLACE);
    using opened = unwrapMaterial(kek, blob.bytes, { ...MATERIAL_PLACE });
    expect(opened.reveal()).toEqual(material.reveal());
  });

  const others: Record<keyof MaterialPlace, string | number> = {
    vault: B,
    keyring: A,
    kekVersion: 2,
    key: B,
    version: 2,
    algorithm: "hmac-sha256",
  };
  test.for(Object.entries(others))("not with another %s", ([member, value]) => {
    using kek = bytes(1);
    using material = bytes(2);
    const { bytes: wrapped } = wrapMaterial(kek, material, MATERIAL_PLACE);
    const place = { ...MATERIAL_PLACE, [member]: value };
    expect(place).not.toEqual(MATERIAL_PLACE);
    expect(() => unwrapMaterial(kek, wrapped, place)).toThrow(
      expect.objectContaining({
        code: "INTEGRITY",
        message: `key ${place.key} version ${place.version}: does not open under this key and place`,
      }),
    );
  });

  test("not with any bit of it flipped, nor cut off", () => {
    using kek = bytes(1);
    using material = bytes(2);
    const { bytes: wrapped } = wrapMaterial(kek, material, MATERIAL_PLACE);
    for (let bit = 0; bit < 8 * wrapped.length; bit++) {
      const altered = Uint8Array.from(wrapped);
      altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => unwrapMaterial(kek, altered, MATERIAL_PLACE)).toThrow(
        expect.objectContaining({ code: "INTEGRITY" }),
      );
    }
    for (let length = 0; length < wrapped.length; length++) {
      expect(() => unwrapMaterial(kek, wrapped.subarray(0, length), MATERIAL_PLACE)).toThrow(
        expect.objectContaining({ code: "INTEGRITY" }),
      );
    }
  });
});

test("what a ciphertext is bound to is the label, NUL, and the place in canonical JSON", () => {
  using kek = bytes(1);
  using material = bytes(2);
  const associated = labelled("material", canonicalJson({ ...MATERIAL_PLACE }));
  expect(Buffer.from(associated).toString()).toBe(
    `conclave/material/v1\0{"algorithm":"aes-256","kekVersion":1,"key":"${A}","keyring":"${B}","vault":"${A}","version":1}`,
  );
  using opened = unwrapMaterial(kek, seal(kek, material.reveal(), associated), MATERIAL_PLACE);
  expect(opened.reveal()).toEqual(material.reveal());
});

describe("S5: what is derived from a quorum secret", () => {
  const place = { vault: A, quorum: B, generation: 1 };
  const info = (label: string) => `{"generation":1,"label":"conclave/${label}/v1","quorum":"${B}"}`;
  const derived = (salt: string | Buffer, label: string) =>
    Buffer.from(hkdfSync("sha256", new Uint8Array(32).fill(7), salt, info(label), 32)).toString("hex");

  test("is HKDF-SHA-256 with the salt and the info of the design", () => {
    using secret = bytes(7);
    using backup = backupSeed(secret, place);
    using key = quorumKey(secret, MANIFEST, place);
    expect(quorumCommitment(secret, place)).toBe(derived(A, "quorum-commitment"));
    expect(Buffer.from(backup.reveal()).toString("hex")).toBe(derived(A, "backup-identity"));
    expect(Buffer.from(key.reveal()).toString("hex")).toBe(derived(Buffer.from(MANIFEST, "hex"), "quorum-key"));
    const extracted = createHmac("sha256", A).update(new Uint8Array(32).fill(7)).digest(); // RFC 5869, by hand
    const expanded = createHmac("sha256", extracted).update(info("quorum-commitment")).update("\x01").digest("hex");
    expect(quorumCommitment(secret, place)).toBe(expanded);
  });

  test.for([
    { what: "another secret", fill: 8, other: place },
    { what: "another vault", fill: 7, other: { ...place, vault: B } },
    { what: "another quorum", fill: 7, other: { ...place, quorum: A } },
    { what: "another generation", fill: 7, other: { ...place, generation: 2 } },
  ])("is another for $what", ({ fill, other }) => {
    using secret = bytes(7);
    using different = bytes(fill);
    expect(quorumCommitment(different, other)).not.toBe(quorumCommitment(secret, place));
    using backup = backupSeed(secret, place);
    using otherBackup = backupSeed(different, other);
    expect(otherBackup.reveal()).not.toEqual(backup.reveal());
  });

  test("the quorum key is another under another manifest, which no vault id could stand for", () => {
    using secret = bytes(7);
    using key = quorumKey(secret, MANIFEST, place);
    using other = quorumKey(secret, "ac".repeat(32), place);
    expect(other.reveal()).not.toEqual(key.reveal());
    expect(() => quorumKey(secret, A, place)).toThrow(SyntaxError);
  });
});
