import { createPublicKey } from "node:crypto";
import { utf8 } from "../bytes.ts";
import { ConclaveError } from "../errors.ts";
import type { Reader } from "../storage/storage.ts";
import type { Algorithm, Usage } from "./algorithm.ts";
import { describeKey, type KeyDescription, type KeyVersionDescription } from "./describe.ts";
import { publicJwk } from "./public-jwk.ts";
import { type KeyState, publicUsages } from "./state.ts";

/** How a public key is written. */
export type PublicFormat = "pem" | "der" | "jwk";

export const PUBLIC_FORMATS = ["pem", "der", "jwk"] as const satisfies readonly PublicFormat[];

/** Public halves of a key, as they are written. */
export interface PublicHalf {
  key: string;
  keyring: string;
  format: PublicFormat;
  /** `permits`: what their states still permit of what a public key is for. */
  versions: { version: number; state: KeyState; permits: Usage[]; fingerprint: string }[];
  /** Versions that were left out of all: their state permits nothing of what a public key is for. */
  left: { version: number; state: KeyState }[];
  bytes: Uint8Array;
}

/**
 * The public half of a key, which needs no quorum: SubjectPublicKeyInfo in PEM (RFC 7468) or DER, or a JWK.
 *
 * @param name NAME or KEYRING/NAME
 * @param version one, whatever its state; "all": those of which somebody may still use the public half, the newest
 *   first, as PEM documents one after the other or as JWK Set (RFC 7517 section 5)
 * @param time at which states are looked at
 * @throws ConclaveError NOT_FOUND; USAGE a symmetric key, or several versions in DER; REFUSED none of all may be used
 */
export async function publicHalf(
  state: Reader,
  name: string,
  version: number | "all" | undefined,
  format: PublicFormat,
  time: string,
): Promise<PublicHalf> {
  const key = await describeKey(state, name, time);
  const path = `${key.keyring}/${key.name}`;
  const wanted = version ?? Math.max(...key.versions.map((row) => row.version));
  const chosen = wanted === "all" ? usable(key, path) : key.versions.filter((row) => row.version === wanted);
  if (chosen.length === 0) throw new ConclaveError("NOT_FOUND", `key ${path} has no version ${wanted}`);
  const versions = chosen.flatMap(({ version: number, state: is, fingerprint }) =>
    fingerprint === null ? [] : [{ version: number, state: is, permits: publicUsages(is, key.usages), fingerprint }],
  );
  if (versions.length === 0) {
    throw new ConclaveError("USAGE", `key ${path} is of ${key.algorithm}: a symmetric key has no public half`);
  }
  const keys = chosen.flatMap(({ publicKey }) => publicKey ?? []);
  return {
    key: key.name,
    keyring: key.keyring,
    format,
    versions,
    left: version === "all" ? key.versions.filter((row) => !chosen.includes(row)).map(leftOut) : [],
    bytes: write(key, keys, format, version === "all"),
  };
}

function usable(key: KeyDescription, path: string): KeyVersionDescription[] {
  const rows = key.versions.filter((row) => row.publicKey === null || publicUsages(row.state, key.usages).length > 0);
  if (rows.length === 0) {
    throw new ConclaveError("REFUSED", `key ${path}: the public half of none of its versions may be used any more`, {
      suggestions: ["Name one: --version N"],
    });
  }
  return rows.toReversed();
}

function leftOut({ version, state }: KeyVersionDescription): { version: number; state: KeyState } {
  return { version, state };
}

function write(key: KeyDescription, keys: readonly string[], format: PublicFormat, set: boolean): Uint8Array {
  if (format === "pem") return utf8(keys.join(""));
  if (format === "jwk") {
    const jwks = keys.map((publicKey) => publicJwk(key.algorithm as Algorithm, key.usages, publicKey));
    return utf8(`${JSON.stringify(set ? { keys: jwks } : jwks[0], undefined, 2)}\n`);
  }
  const [first, another] = keys;
  if (another !== undefined || first === undefined) {
    throw new ConclaveError("USAGE", "several versions can't be told apart in DER: --format pem or jwk");
  }
  return Uint8Array.from(createPublicKey(first).export({ format: "der", type: "spki" }));
}
