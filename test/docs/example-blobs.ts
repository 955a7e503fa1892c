import { concat, hex, utf8 } from "../../src/lib/bytes.ts";
import { sealWithNonce } from "../../src/lib/crypto/aead.ts";
import { sha256 } from "../../src/lib/crypto/digest.ts";
import { type LABELS, labelled } from "../../src/lib/crypto/labels.ts";
import { canonicalJson } from "../../src/lib/json.ts";
import { Secret } from "../../src/lib/secret.ts";
import type { Blob } from "../../src/lib/vault/hierarchy.ts";
import { EXAMPLE } from "./example-vault.ts";

const { vault, quorum, keyring, key } = EXAMPLE;
const [archive, reserve] = [EXAMPLE.secondKeyring, EXAMPLE.secondKey];

/**
 * The blobs of the example vault that follow the rule of its page, by the entry that names them.
 * @param quorumKey 32 bytes
 */
export function laterBlobs(quorumKey: Uint8Array): ReadonlyMap<number, readonly Blob[]> {
  const [kek2, material] = [made("KEK 2 of default"), EXAMPLE.material];
  return new Map([
    [14, [sealedKek(quorumKey, made("KEK 1 of archive"), archive, 1)]],
    [15, [sealedMaterial(EXAMPLE.kek, made("reserve 1"), reserve, 1, 1)]],
    [17, [sealedKek(quorumKey, kek2, keyring, 2)]],
    [18, [sealedMaterial(kek2, made("payments 2"), key, 2, 2)]],
    [22, [sealedMaterial(kek2, material, key, 1, 2), sealedMaterial(kek2, made("reserve 1"), reserve, 1, 2)]],
  ]);
}

function made(words: string): Uint8Array {
  return sha256(utf8(words));
}

function sealedKek(quorumKey: Uint8Array, kek: Uint8Array, of: string, version: number): Blob {
  return sealed(quorumKey, kek, "kek", { vault, quorum, generation: 1, keyring: of, version });
}

function sealedMaterial(kek: Uint8Array, plain: Uint8Array, of: string, version: number, kekVersion: number): Blob {
  return sealed(kek, plain, "material", { vault, keyring, kekVersion, key: of, version, algorithm: "aes-256" });
}

function sealed(wrapping: Uint8Array, plain: Uint8Array, label: keyof typeof LABELS, place: object): Blob {
  const nonce = utf8(hex(sha256(utf8(canonicalJson(place)))).slice(0, 24));
  const associated = labelled(label, canonicalJson(place));
  const bytes = concat(nonce, sealWithNonce(new Secret(Uint8Array.from(wrapping)), nonce, plain, associated));
  return { hash: hex(sha256(bytes)), bytes };
}
