import { x25519 } from "@noble/curves/ed25519.js";
import { p256 } from "@noble/curves/nist.js";
import { bech32 } from "@scure/base";
import { LIMITS } from "../limits.ts";
import type { Secret } from "../secret.ts";
import { randomSecret } from "./random.ts";

const SEED_LENGTH = 32;

/** What an identity that Conclave makes can be. */
export type IdentityKind = "hybrid" | "x25519";

/** What an age file can be sealed to: a key pair in a file, or one in hardware, which opens through the age program. */
export type RecipientKind = IdentityKind | "tag" | "tag-hybrid";

/** All that is to be known of each kind (C2SP age): how it is spelt, and what its key must be. */
const KINDS = {
  hybrid: { prefix: "age1pq", postQuantum: true, isKey: isHybridKey },
  x25519: { prefix: "age", postQuantum: false, isKey: isX25519Key },
  tag: { prefix: "age1tag", postQuantum: false, isKey: isP256Point },
  "tag-hybrid": { prefix: "age1tagpq", postQuantum: true, isKey: isHybridTagKey },
} as const satisfies Record<
  RecipientKind,
  { prefix: string; postQuantum: boolean; isKey: (bytes: Uint8Array) => boolean }
>;

/** Prefixes of secret keys, in upper case as they are written. */
const IDENTITY_PREFIX = { hybrid: "AGE-SECRET-KEY-PQ-", x25519: "AGE-SECRET-KEY-" } as const;

/** Bytes of an ML-KEM-768 encapsulation key (FIPS 203 table 3). */
const ML_KEM_KEY_LENGTH = 1184;
/** Longest spelling of a recipient, that of `tag-hybrid`, in characters. */
const LONGEST_RECIPIENT = 2100;

/**
 * The post-quantum hybrid age identity of a seed, `AGE-SECRET-KEY-PQ-1…` (C2SP age, ML-KEM-768 with X25519).
 *
 * It is a string, since the age library takes no other: make it in the expression that needs it, keep it nowhere.
 *
 * @param seed 32 bytes; stays the caller's
 * @throws {RangeError} another length
 */
export function hybridIdentity(seed: Secret): string {
  return identityOf("hybrid", seed);
}

/**
 * The recipient of `hybridIdentity(seed)`, `age1pq1…` (1,959 characters): public.
 * @throws {RangeError} another length of the seed than 32 bytes
 */
export async function hybridRecipient(seed: Secret): Promise<string> {
  return recipientOf(hybridIdentity(seed));
}

/** A new age identity with its recipient. The identity is a secret in a string: see `hybridIdentity`. */
export async function generateIdentity(kind: IdentityKind): Promise<{ identity: string; recipient: string }> {
  using seed = randomSecret(SEED_LENGTH);
  const identity = identityOf(kind, seed);
  return { identity, recipient: await recipientOf(identity) };
}

/** The recipient, public, of an identity that `identityKind` knows. */
export async function recipientOf(identity: string): Promise<string> {
  const { identityToRecipient } = await import("age-encryption"); // 53 ms: only where it is needed
  return identityToRecipient(identity);
}

/** What `text` is the age identity of, in its one spelling, upper case; undefined if it is none (or a plugin's). */
export function identityKind(text: string): IdentityKind | undefined {
  const decoded = decode(text, text.toUpperCase());
  if (decoded?.bytes.length !== SEED_LENGTH) return undefined;
  const prefix = decoded.prefix.toUpperCase();
  if (prefix === IDENTITY_PREFIX.hybrid) return "hybrid";
  return prefix === IDENTITY_PREFIX.x25519 ? "x25519" : undefined;
}

/** What kind of age recipient `text` is, in its one spelling, lower case; undefined if it is none that can be sealed to. */
export function recipientKind(text: string): RecipientKind | undefined {
  const decoded = decode(text, text.toLowerCase());
  if (decoded === undefined) return undefined;
  const kinds = Object.keys(KINDS) as RecipientKind[];
  return kinds.find((kind) => KINDS[kind].prefix === decoded.prefix && KINDS[kind].isKey(decoded.bytes));
}

/**
 * Why these can't be the recipients of one custodian; undefined if they can.
 *
 * All are post-quantum or none: a file that is sealed to both is no safer than the weaker, and the age library
 * mixes them silently.
 */
export function recipientsProblem(recipients: readonly string[]): string | undefined {
  if (recipients.length === 0 || recipients.length > LIMITS.recipients) {
    return `${recipients.length} recipients, wanted 1 to ${LIMITS.recipients}`;
  }
  const kinds = recipients.map(recipientKind);
  const unknown = kinds.indexOf(undefined);
  if (unknown !== -1) {
    return `recipients[${unknown}]: not an age recipient (age1…, age1pq1…, age1tag1…, age1tagpq1…)`;
  }
  if (new Set(recipients).size < recipients.length) return "the same recipient twice";
  const postQuantum = kinds.filter((kind) => kind !== undefined && KINDS[kind].postQuantum);
  if (postQuantum.length === 0 || postQuantum.length === kinds.length) return undefined;
  return `${postQuantum.length} of ${kinds.length} recipients are post-quantum (age1pq1…, age1tagpq1…), wanted all or none`;
}

function identityOf(kind: IdentityKind, seed: Secret): string {
  if (seed.length !== SEED_LENGTH) throw new RangeError(`the seed of an age identity has ${SEED_LENGTH} bytes`);
  return bech32.encodeFromBytes(IDENTITY_PREFIX[kind].toLowerCase(), seed.reveal()).toUpperCase();
}

/** What a bech32 text says, if it is spelt as `wanted`. */
function decode(text: string, wanted: string): { prefix: string; bytes: Uint8Array } | undefined {
  if (text !== wanted || text.length > LONGEST_RECIPIENT || !text.includes("1")) return undefined;
  try {
    const { prefix, words } = bech32.decode(text as `${string}1${string}`, false);
    return { prefix, bytes: bech32.fromWords(words) };
  } catch {
    return undefined; // checksum, alphabet or padding
  }
}

function isHybridKey(bytes: Uint8Array): boolean {
  return isMlKemKey(bytes.subarray(0, ML_KEM_KEY_LENGTH)) && isX25519Key(bytes.subarray(ML_KEM_KEY_LENGTH));
}

function isHybridTagKey(bytes: Uint8Array): boolean {
  const point = bytes.subarray(ML_KEM_KEY_LENGTH);
  return (
    isMlKemKey(bytes.subarray(0, ML_KEM_KEY_LENGTH)) &&
    point.length === p256.lengths.publicKeyUncompressed &&
    isPoint(point)
  );
}

function isP256Point(bytes: Uint8Array): boolean {
  return bytes.length === p256.lengths.publicKey && isPoint(bytes);
}

function isPoint(bytes: Uint8Array): boolean {
  try {
    p256.Point.fromBytes(bytes);
    return true;
  } catch {
    return false;
  }
}

/** 32 bytes that aren't of small order: with such a key, everybody could open what is sealed to it (RFC 7748 section 6.1). */
function isX25519Key(bytes: Uint8Array): boolean {
  if (bytes.length !== x25519.lengths.publicKey) return false;
  try {
    x25519.getSharedSecret(new Uint8Array(SEED_LENGTH).fill(1), bytes);
    return true;
  } catch {
    return false;
  }
}

/** The modulus check of FIPS 203 section 7.2: each 12 bits of the key's first 1,152 bytes are below q. */
function isMlKemKey(bytes: Uint8Array): boolean {
  if (bytes.length !== ML_KEM_KEY_LENGTH) return false;
  for (let at = 0; at < ML_KEM_KEY_LENGTH - 32; at += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(at, at + 3);
    if ((a | ((b & 15) << 8)) >= 3329 || ((b >> 4) | (c << 4)) >= 3329) return false;
  }
  return true;
}
