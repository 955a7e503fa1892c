import type { KeyObject } from "node:crypto";
import { signingKey } from "../crypto/signature.ts";
import { ConclaveError } from "../errors.ts";
import { openIdentity } from "./identity-file.ts";
import { openShare, parseShareFile, passphraseOf, shareKeys } from "./share-file.ts";

/** A person's signing key, and what the file that held it says of the person. */
export interface OpenedSigningKey extends Disposable {
  name: string;
  role: "custodian" | "witness";
  key: KeyObject;
}

/**
 * Open the signing key of somebody at an own desk.
 *
 * @param flags `--identity` or `--share`
 * @returns the caller's to dispose of
 * @throws ConclaveError NOT_FOUND, USAGE; SHARE_* or IDENTITY_* with the path before the message
 */
export async function openSigningKey(
  flags: { identity: string | undefined; share: string | undefined; "passphrase-file": string[] },
  warn: (message: string) => void,
): Promise<OpenedSigningKey> {
  const keys = shareKeys({ identity: [], "passphrase-file": flags["passphrase-file"] }, warn);
  if (flags.identity !== undefined) {
    const { name, path } = parseShareFile(flags.identity, "identity");
    const ask = () => passphraseOf(name, `${name}'s identity passphrase`, keys.passphrases);
    using identity = await openIdentity(name, path, ask, "either");
    const { signingSeed, role } = identity;
    if (signingSeed === undefined || role === undefined) throw withoutKey(path, "is a plain age identity");
    return owning(name, role, signingKey(signingSeed));
  }
  const file = parseShareFile(flags.share ?? "");
  using document = await openShare(file, keys);
  if (document.custodianSeed === undefined)
    throw withoutKey(file.path, "holds no signing key: the custodian has an identity");
  return owning(file.name, "custodian", signingKey(document.custodianSeed));
}

function owning(name: string, role: OpenedSigningKey["role"], key: KeyObject): OpenedSigningKey {
  return { name, role, key, [Symbol.dispose]: () => undefined };
}

function withoutKey(path: string, problem: string): ConclaveError {
  return new ConclaveError("SHARE_WITHOUT_IDENTITY", `${path}: ${problem}`, {
    suggestions: ["Give --identity FILE, as conclave custodian enroll made it"],
  });
}
