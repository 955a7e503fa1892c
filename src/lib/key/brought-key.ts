import { ConclaveError } from "../errors.ts";
import type { Secret } from "../secret.ts";
import { ALGORITHMS, type Algorithm, checkValueOf, type GeneratedKey } from "./algorithm.ts";
import { malformedKey, weakKey } from "./refused-key.ts";

/** Key material from outside that passed every check, with what may be told of it. */
export interface BroughtKey extends GeneratedKey {
  algorithm: Algorithm;
}

/**
 * A symmetric key from outside, looked at as far as it can be.
 *
 * @param material taken over
 * @throws ConclaveError INPUT_MALFORMED another length, or no algorithm of bytes; REFUSED all of its bytes are the same
 */
export function readSymmetricKey(algorithm: Algorithm, material: Secret): BroughtKey {
  try {
    const { symmetric } = ALGORITHMS[algorithm];
    if (symmetric === null) throw malformedKey(`a key of ${algorithm} is not just bytes`);
    assertLength(algorithm, material.length);
    assertUneven(material.reveal(), "the key");
    return { algorithm, material, checkValue: checkValueOf(symmetric, material), publicKey: null };
  } catch (error) {
    material[Symbol.dispose]();
    throw error;
  }
}

/** @param length in bytes. @throws ConclaveError INPUT_MALFORMED no key of the algorithm has it */
export function assertLength(algorithm: Algorithm, length: number): void {
  const { symmetric } = ALGORITHMS[algorithm];
  if (symmetric === null || (length >= symmetric.shortest && length <= symmetric.longest)) return;
  const { shortest, longest } = symmetric;
  const wanted = shortest === longest ? `${shortest}` : `${shortest} to ${longest}`;
  throw malformedKey(`${length} bytes, a key of ${algorithm} has ${wanted}`);
}

/** @throws ConclaveError REFUSED all bytes are the same: nobody drew that at random */
export function assertUneven(bytes: Uint8Array, what: string): void {
  const [first] = bytes;
  if (bytes.some((byte) => byte !== first)) return;
  throw weakKey(first === 0 ? `${what} is all zero` : `all bytes of ${what} are the same`);
}

/** What a key is must be what it was said to be. @throws ConclaveError USAGE; the key is disposed of then */
export function assertAlgorithm(key: BroughtKey, told: Algorithm | undefined): BroughtKey {
  if (told === undefined || told === key.algorithm) return key;
  key.material[Symbol.dispose]();
  throw new ConclaveError("USAGE", `the key is of ${key.algorithm}, not of ${told}`, {
    suggestions: [`Give --algorithm ${key.algorithm}, if that is the key you mean`],
  });
}
