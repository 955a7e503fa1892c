import { createPrivateKey } from "node:crypto";
import { DAY, SECOND, timestamp } from "../clock.ts";
import { unwrapKey } from "../crypto/key-wrap.ts";
import { unwrapByOaep } from "../crypto/rsa-oaep.ts";
import { view } from "../crypto/signature.ts";
import { parseDuration } from "../duration.ts";
import { ConclaveError } from "../errors.ts";
import type { Secret } from "../secret.ts";
import type { Reader } from "../storage/storage.ts";
import type { Unlocked } from "../vault/unlocked.ts";
import type { Algorithm, Usage } from "./algorithm.ts";
import { type KeyReference, keyPath } from "./reference.ts";
import { malformedKey } from "./refused-key.ts";
import { planKeyCreate } from "./request.ts";
import { stateAt } from "./state.ts";
import { materialOf, requireUsable, type UsableVersion } from "./use.ts";

/** What a key must be, to whose public half others wrap keys for the vault: it serves one import, and not for ever. */
export const WRAPPING_KEY = { algorithm: "rsa-4096", usages: ["unwrap"] } as const satisfies {
  algorithm: Algorithm;
  usages: readonly Usage[];
};

/** Whether these are the parameters of a new wrapping key. */
export function isWrappingKey({ algorithm, usages }: Readonly<Record<string, unknown>>): boolean {
  return algorithm === WRAPPING_KEY.algorithm && Array.isArray(usages) && usages.join() === WRAPPING_KEY.usages.join();
}

/** Longest life of a wrapping key, in milliseconds. */
const LONGEST_LIFE = 30 * DAY;

/**
 * The plan of a new wrapping key.
 * @param life `7d`: how long it can be used, up to 30 days after `now`
 * @throws ConclaveError USAGE, NOT_FOUND
 */
export async function planWrappingKey(
  state: Reader,
  { name, keyring, life }: { name: string; keyring: string; life: string },
  now: Date,
): ReturnType<typeof planKeyCreate> {
  const milliseconds = parseDuration(life, "--expires") * SECOND;
  if (milliseconds > LONGEST_LIFE) throw new ConclaveError("USAGE", "--expires: 30d at most");
  return planKeyCreate(state, {
    name,
    keyring,
    ...WRAPPING_KEY,
    tag: [],
    cryptoperiod: undefined,
    exportable: false,
    deactivateAt: timestamp(new Date(now.getTime() + milliseconds)),
  });
}

/** Bytes of a modulus of rsa-4096: what comes after them is wrapped by AES. */
const MODULUS = 512;
const AES_LENGTHS = [16, 24, 32];

/**
 * Look whether a key may unwrap one that is brought.
 * @param time at which its state is looked at
 * @throws ConclaveError NOT_FOUND; REFUSED it is another kind of key, used up, or past its end
 */
export async function requireWrappingKey(state: Reader, reference: KeyReference, time: string): Promise<UsableVersion> {
  const usable = await requireUsable(state, reference, 1, "unwrap", time);
  const { key, version } = usable;
  const refuse = (problem: string) =>
    new ConclaveError("REFUSED", `key ${keyPath(reference)} ${problem}`, {
      suggestions: ["Make one for this import: conclave key wrapping-key NAME --out FILE"],
    });
  const { algorithm, usages } = WRAPPING_KEY;
  const suits = key.algorithm === algorithm && JSON.parse(key.usages).join() === usages.join();
  if (!suits || key.exportable === 1)
    throw refuse(`is no wrapping key: ${algorithm}, for unwrap alone, not exportable`);
  if (key.version !== 1) throw refuse("was rotated: a wrapping key serves one import");
  if (version.deactivateAt === null) throw refuse("has no end: a wrapping key expires");
  const is = stateAt(version, time);
  if (is !== "active") throw refuse(`is ${is}: a wrapping key serves until ${version.deactivateAt}`);
  return usable;
}

/**
 * What was wrapped to a wrapping key: by RSA-OAEP with SHA-256, or under an AES key of its own by AES-KWP, before which
 * that key stands wrapped by RSA-OAEP (PKCS#11's CKM_RSA_AES_KEY_WRAP).
 *
 * @returns the caller's to dispose of
 * @throws ConclaveError INPUT_MALFORMED it doesn't open
 */
export async function unwrapBrought(vault: Unlocked, wrappingKey: UsableVersion, wrapped: Uint8Array): Promise<Secret> {
  using material = await materialOf(vault, wrappingKey);
  const privateKey = createPrivateKey({ key: view(material.reveal()), format: "der", type: "pkcs8" });
  const opened = unwrapByOaep(privateKey, wrapped.subarray(0, MODULUS));
  if (opened === undefined) throw doesNotOpen();
  if (wrapped.length === MODULUS) return opened;

  using aesKey = opened;
  const inner = AES_LENGTHS.includes(aesKey.length) ? unwrapKey(aesKey, wrapped.subarray(MODULUS)) : undefined;
  if (inner === undefined) throw doesNotOpen();
  return inner;
}

function doesNotOpen(): ConclaveError {
  return malformedKey(
    "it does not open under the wrapping key: wanted RSA-OAEP with SHA-256, or that and AES-KWP",
    "Look at both commands: README, Bring your own key",
  );
}
