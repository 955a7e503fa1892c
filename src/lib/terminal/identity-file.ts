import { readAgeIdentities } from "../custodian/age-identities.ts";
import { type IdentityRole, openIdentityFile } from "../custodian/identity.ts";
import { ConclaveError, isConclaveError } from "../errors.ts";
import { readSmallFile } from "../host/files.ts";
import { LIMITS } from "../limits.ts";
import { Secret } from "../secret.ts";
import { looksLikeAgeFile } from "../share/age-file.ts";

/** What an identity file is good for. Owns the seed. */
export interface OpenedIdentity extends Disposable {
  /** `AGE-SECRET-KEY-…` each: they open what is sealed to them. */
  ageIdentities: readonly string[];
  /** The seed of the custodian's signing key; a plain age identity has none. */
  signingSeed: Secret | undefined;
  /** A plain age identity has none. */
  role: IdentityRole | undefined;
}

/**
 * Open an identity file: one of Conclave's, sealed to a passphrase, or a plain one of age's.
 *
 * @param name the person's, who must be the one of the identity
 * @param passphrase asked for only if it is one of Conclave's
 * @param role whose it must be
 * @returns the caller's to dispose of
 * @throws {ConclaveError} NOT_FOUND; with the path before the message IDENTITY_MALFORMED, SHARE_PASSPHRASE,
 *   SHARE_IDENTITY (a plugin's), SHARE_OTHER_CUSTODIAN
 */
export async function openIdentity(
  name: string,
  path: string,
  passphrase: () => Promise<string>,
  role: IdentityRole | "either" = "custodian",
): Promise<OpenedIdentity> {
  using content = new Secret(readSmallFile(path, LIMITS.shareFileBytes));
  try {
    if (!looksLikeAgeFile(content.reveal())) return plain(readAgeIdentities(content.reveal()));

    const identity = await openIdentityFile(content.reveal(), await passphrase());
    if (identity.name !== name) {
      identity[Symbol.dispose]();
      throw new ConclaveError("SHARE_OTHER_CUSTODIAN", `holds ${identity.name}'s identity, not ${name}'s`, {
        suggestions: [`Give it as ${identity.name}'s: --identity ${identity.name}=FILE`],
      });
    }
    if (role !== "either" && identity.role !== role) {
      identity[Symbol.dispose]();
      throw new ConclaveError("SHARE_IDENTITY", `is a ${identity.role}'s identity, not a ${role}'s`);
    }
    const { ageIdentity, signingSeed } = identity;
    return {
      ageIdentities: ageIdentity === undefined ? [] : [ageIdentity],
      signingSeed,
      role: identity.role,
      [Symbol.dispose]: () => identity[Symbol.dispose](),
    };
  } catch (cause) {
    if (!isConclaveError(cause) || cause.code === "USAGE" || cause.code === "ABORTED") throw cause;
    throw new ConclaveError(cause.code, `${path}: ${cause.message}`, { suggestions: cause.suggestions, cause });
  }
}

function plain(ageIdentities: readonly string[]): OpenedIdentity {
  return { ageIdentities, signingSeed: undefined, role: undefined, [Symbol.dispose]: () => undefined };
}
