import { createPrivateKey, type KeyObject } from "node:crypto";
import { decapsulateBy, encapsulateTo } from "../crypto/key-encapsulation.ts";
import { randomSecret } from "../crypto/random.ts";
import { unwrapByOaep, wrapByOaep } from "../crypto/rsa-oaep.ts";
import { fileParameters, type StreamParameters } from "../crypto/segment-stream.ts";
import { view } from "../crypto/signature.ts";
import type { Secret } from "../secret.ts";
import { ALGORITHMS, type Algorithm } from "./algorithm.ts";

/** Bytes of a secret that is drawn for one file, and of the longest AES key. */
const SECRET_LENGTH = 32;

/** A fresh secret for one file, and what gives it to whoever has the private key. */
export interface NewFileSecret {
  /** The caller's to dispose of. */
  secret: Secret;
  encapsulated: Uint8Array;
}

/** A secret for one file that only the private key gives back. @throws {TypeError} an algorithm that doesn't encrypt so */
export function newFileSecret(algorithm: Algorithm, publicKey: KeyObject): NewFileSecret {
  const how = ALGORITHMS[algorithm].encryption;
  if (how === "oaep") {
    const secret = randomSecret(SECRET_LENGTH);
    return { secret, encapsulated: wrapByOaep(publicKey, secret) };
  }
  if (how !== "kem") throw new TypeError(`nothing is encrypted to a public key of ${algorithm}`);
  const { secret, ciphertext } = encapsulateTo(publicKey);
  return { secret, encapsulated: ciphertext };
}

/**
 * The secret of a file, from the material of the key that opens it.
 * @param encapsulated as its head has it
 * @returns the caller's to dispose of; undefined if the key doesn't give it
 */
export function openFileSecret(
  algorithm: Algorithm,
  material: Secret,
  encapsulated: Uint8Array | undefined,
): Secret | undefined {
  const how = ALGORITHMS[algorithm].encryption;
  if (how === "key") return encapsulated === undefined ? material.slice(0) : undefined;
  if (how === null || encapsulated === undefined) return undefined;
  const privateKey = createPrivateKey({ key: view(material.reveal()), format: "der", type: "pkcs8" });
  if (how === "kem") return decapsulateBy(privateKey, encapsulated);
  const secret = unwrapByOaep(privateKey, encapsulated);
  if (secret?.length === SECRET_LENGTH) return secret;
  secret?.[Symbol.dispose]();
  return undefined;
}

/** How the files of such a secret are encrypted: by AES with a key as long as itself, of 32 bytes if it is longer. */
export function parametersOf({ length }: Secret): StreamParameters {
  if (length === 16 || length === 24) return fileParameters(length);
  if (length < SECRET_LENGTH) throw new RangeError(`a secret of ${length} bytes`);
  return fileParameters(SECRET_LENGTH);
}
