import { bech32 } from "@scure/base";
import type { Secret } from "../secret.ts";

const SEED_LENGTH = 32;

/**
 * The post-quantum hybrid age identity of a seed, `AGE-SECRET-KEY-PQ-1…` (C2SP age, ML-KEM-768 with X25519).
 *
 * It is a string, since the age library takes no other: make it in the expression that needs it, keep it nowhere.
 *
 * @param seed 32 bytes; stays the caller's
 * @throws {RangeError} another length
 */
export function hybridIdentity(seed: Secret): string {
  if (seed.length !== SEED_LENGTH) throw new RangeError(`the seed of an age identity has ${SEED_LENGTH} bytes`);
  return bech32.encodeFromBytes("age-secret-key-pq-", seed.reveal()).toUpperCase();
}

/**
 * The recipient of `hybridIdentity(seed)`, `age1pq1…` (1,959 characters): public.
 * @throws {RangeError} another length of the seed than 32 bytes
 */
export async function hybridRecipient(seed: Secret): Promise<string> {
  const { identityToRecipient } = await import("age-encryption"); // 53 ms: only where it is needed
  return identityToRecipient(hybridIdentity(seed));
}
