import { combine, split } from "shamir-secret-sharing";
import { equalBytes } from "../crypto/constant-time.ts";
import { ConclaveError } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import { Secret } from "../secret.ts";
import { SHARE_LENGTH, Share } from "./share.ts";

/** Bytes of a secret that can be split. */
export const SECRET_LENGTH = SHARE_LENGTH - 1;

/** Two of the shares presented are of the same point: one custodian's share twice. */
export class DoubledShareError extends ConclaveError {
  override readonly name = "DoubledShareError";

  constructor() {
    super("SHARE_DOUBLED", "one share was presented twice", {
      suggestions: ["Present shares of distinct custodians"],
    });
  }
}

/** Fewer distinct shares were presented than the threshold asks for. */
export class QuorumNotMetError extends ConclaveError {
  override readonly name = "QuorumNotMetError";

  constructor(presented: number, threshold: number) {
    super("QUORUM_NOT_MET", `quorum not met: ${presented} of ${threshold} shares presented`, {
      suggestions: [`Present ${threshold - presented} more, each from another custodian`],
    });
  }
}

/**
 * Split a secret (Shamir 1979, over GF(2^8)): any `threshold` shares rebuild it, fewer tell nothing of it.
 *
 * @param secret 32 bytes; stays the caller's
 * @param threshold 2 to `total`
 * @param total 2 to 255
 * @returns `total` shares of distinct, random x; the caller's to dispose of
 * @throws {RangeError} a number or a length outside these
 */
export async function splitSecret(secret: Secret, threshold: number, total: number): Promise<Share[]> {
  assertThreshold(threshold);
  if (!Number.isInteger(total) || total < threshold || total > LIMITS.custodians) {
    throw new RangeError(`the shares must be ${threshold} to ${LIMITS.custodians}`);
  }
  if (secret.length !== SECRET_LENGTH) throw new RangeError(`a secret to split has ${SECRET_LENGTH} bytes`);

  const points = await split(secret.reveal(), total, threshold);
  return points.map((point) => new Share(new Secret(point)));
}

/**
 * Rebuild a secret from its shares (Shamir 1979, over GF(2^8)).
 *
 * Shares of different secrets give random bytes, not an error: check the result's commitment.
 *
 * @param shares verified one by one before; they stay the caller's
 * @param threshold shares needed, 2 to 255; shares beyond it are not used
 * @returns 32 bytes; the caller's to dispose of
 * @throws {DoubledShareError} two shares of the same point
 * @throws {QuorumNotMetError} fewer than `threshold` shares
 * @throws {RangeError} another threshold
 */
export async function combineShares(shares: readonly Share[], threshold: number): Promise<Secret> {
  assertThreshold(threshold);
  if (new Set(shares.map((share) => share.x)).size < shares.length) throw new DoubledShareError();
  const quorum = shares.slice(0, threshold);
  if (quorum.length < threshold) throw new QuorumNotMetError(quorum.length, threshold);

  return new Secret(await combine(quorum.map((share) => share.bytes.reveal())));
}

/**
 * A known answer of combining, and a secret split and rebuilt: to be run before anything is unlocked.
 * @throws {Error} this host computes something else: nothing it does can be trusted
 */
export async function shamirSelfTest(): Promise<void> {
  using secret = new Secret(Uint8Array.from({ length: SECRET_LENGTH }, (_, i) => i * 7));
  const line = [1, 2].map((x) => pointOf(secret, x));
  using combined = await combineShares(line, 2);

  const shares = await splitSecret(secret, 2, 3);
  using rebuilt = await combineShares(shares.slice(1), 2);

  for (const result of [combined, rebuilt]) {
    if (!equalBytes(result.reveal(), secret.reveal())) throw new Error("self-test failed: Shamir over GF(2^8)");
  }
}

/** The point at `x` of the polynomials secret + X, by hand: y is the secret's byte XOR x. */
function pointOf(secret: Secret, x: number): Share {
  return new Share(new Secret(Uint8Array.of(...secret.reveal().map((byte) => byte ^ x), x)));
}

function assertThreshold(threshold: number): void {
  if (!Number.isInteger(threshold) || threshold < 2 || threshold > LIMITS.custodians) {
    throw new RangeError(`the threshold must be 2 to ${LIMITS.custodians}`);
  }
}
