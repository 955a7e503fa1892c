import { createPrivateKey, createPublicKey, diffieHellman } from "node:crypto";
import { describe, expect, test } from "vitest";
import { concat, fromHex, hex, utf8 } from "../../../src/lib/bytes.ts";
import type { Algorithm } from "../../../src/lib/key/algorithm.ts";
import type { BroughtKey } from "../../../src/lib/key/brought-key.ts";
import { type KeyFormat, readKeyFile } from "../../../src/lib/key/key-file.ts";
import { ecKey } from "../../support/crafted-key.ts";
import { publish } from "../../support/figures.ts";
import { refusal } from "../../support/refused-key.ts";
import { haveVectors, readVectors } from "../../support/vectors.ts";

async function read(bytes: Uint8Array, format: KeyFormat, algorithm?: Algorithm): Promise<BroughtKey> {
  const passphrase = async () => "none";
  return (await readKeyFile(bytes, { format, algorithm, kid: undefined, passphrase })).key;
}

/** The last bytes of a public half's SubjectPublicKeyInfo: the key itself. */
function publicBytes({ publicKey }: BroughtKey, length: number): string {
  return hex(
    createPublicKey(publicKey ?? "")
      .export({ format: "der", type: "spki" })
      .subarray(-length),
  );
}

function privateKeyOf({ material }: BroughtKey) {
  return createPrivateKey({ key: Buffer.from(material.reveal()), format: "der", type: "pkcs8" });
}

interface Groups<G> {
  testGroups: G[];
}

describe.skipIf(!haveVectors)("Wycheproof's keys, brought in (needs the vectors)", () => {
  test("ML-KEM-768: the seed gives the public half", async () => {
    const { testGroups } = readVectors<Groups<{ tests: { seed: string; ek: string }[] }>>(
      "wycheproof",
      "mlkem_768_keygen_seed_test.json",
    );
    const rows = testGroups.flatMap(({ tests }) => tests);
    for (const { seed, ek } of rows) {
      const key = await read(fromHex(seed), "raw", "ml-kem-768");
      expect(publicBytes(key, ek.length / 2)).toBe(ek);
    }
    publish("wycheproof mlkem_768_keygen_seed_test, imported", { rows: rows.length });
    expect(rows.length).toBeGreaterThan(90);
  });

  test("ML-DSA-65: the seed, and PKCS#8, give the public half", async () => {
    const { testGroups } = readVectors<
      Groups<{ privateSeed: string; privateKeyPkcs8?: string; publicKey: string | null }>
    >("wycheproof", "mldsa_65_sign_seed_test.json");
    let rows = 0;
    for (const { privateSeed, privateKeyPkcs8, publicKey } of testGroups) {
      if (publicKey === null || /^(..)\1*$/.test(privateSeed)) continue; // all bytes the same, which is refused
      for (const key of [
        await read(fromHex(privateSeed), "raw", "ml-dsa-65"),
        ...(privateKeyPkcs8 === undefined ? [] : [await read(fromHex(privateKeyPkcs8), "der")]),
      ]) {
        rows += 1;
        expect(publicBytes(key, publicKey.length / 2)).toBe(publicKey);
      }
    }
    publish("wycheproof mldsa_65_sign_seed_test, imported", { rows });
    expect(rows).toBeGreaterThan(1);
  });

  test("X25519: a private key agrees on the secret that it should", async () => {
    const { testGroups } = readVectors<
      Groups<{ tests: { tcId: number; public: string; private: string; shared: string }[] }>
    >("wycheproof", "x25519_test.json");
    const wrong: number[] = [];
    let rows = 0;
    for (const { tcId, public: point, private: scalar, shared } of testGroups.flatMap(({ tests }) => tests)) {
      if (/^0*$/.test(shared)) continue; // a point of small order: no key of ours, and OpenSSL refuses it
      if (/^(..)\1*$/.test(scalar)) continue;
      rows += 1;
      const privateKey = privateKeyOf(await read(fromHex(scalar), "raw", "x25519"));
      const spki = Buffer.from(concat(fromHex("302a300506032b656e032100"), fromHex(point)));
      const publicKey = createPublicKey({ key: spki, format: "der", type: "spki" });
      if (hex(diffieHellman({ privateKey, publicKey })) !== shared) wrong.push(tcId);
    }
    publish("wycheproof x25519_test, imported", { rows });
    expect(wrong).toEqual([]);
    expect(rows).toBeGreaterThan(450);
  });

  test("P-256: no point of theirs is taken for a private key that isn't its own", async () => {
    const { testGroups } = readVectors<Groups<{ tests: { public: string; private: string; result: string }[] }>>(
      "wycheproof",
      "ecdh_secp256r1_ecpoint_test.json",
    );
    const told = new Map<string, number>();
    for (const row of testGroups.flatMap(({ tests }) => tests)) {
      const scalar = fromHex(row.private.padStart(64, "0").slice(-64));
      const said = await refusal(ecKey(scalar, fromHex(row.public)));
      const kind = `${row.result}: ${said}`;
      told.set(kind, (told.get(kind) ?? 0) + 1);
      expect(said).not.toContain("taken");
    }
    publish("wycheproof ecdh_secp256r1_ecpoint_test, imported", Object.fromEntries(told));
    expect([...told.keys()].filter((kind) => kind.startsWith("invalid")).sort()).toEqual([
      "invalid: REFUSED: the public half is not a point of the curve",
    ]);
  });

  test.for(["2048", "3072"])("RSA-%s: as PKCS#8, PEM and JWK", async (size) => {
    interface Group {
      privateKeyPkcs8: string;
      privateKeyPem: string;
      privateKeyJwk: object;
    }
    const file = `rsa_oaep_${size}_sha256_mgf1sha256_test.json`;
    for (const group of readVectors<Groups<Group>>("wycheproof", file).testGroups) {
      const [der, pem, jwk] = [
        await read(fromHex(group.privateKeyPkcs8), "der"),
        await read(utf8(group.privateKeyPem), "pem"),
        await read(utf8(JSON.stringify(group.privateKeyJwk)), "jwk"),
      ];
      expect(der.algorithm).toBe(`rsa-${size}`);
      expect(pem.material.reveal()).toEqual(der.material.reveal());
      expect(jwk.material.reveal()).toEqual(der.material.reveal());
    }
  });
});
