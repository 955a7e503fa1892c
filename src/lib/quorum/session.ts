import { fromUtf8, utf8 } from "../bytes.ts";
import { hybridIdentity, hybridRecipient, identityKind } from "../crypto/age-recipient.ts";
import { randomSecret } from "../crypto/random.ts";
import { ConclaveError, IntegrityError, isConclaveError } from "../errors.ts";
import type { StoredSession } from "../host/sessions.ts";
import { Secret } from "../secret.ts";
import { openWithPassphrase, SCRYPT_WORK_FACTOR, sealToPassphrase } from "../share/sealed-file.ts";

/** How a new session is to be kept on the host. */
export type SessionChoice = { kept: "plain" } | { kept: "sealed"; passphrase: string };

/** A session before its plan has an id: the recipient goes into the plan, the identity stays on the host. */
export interface NewSession {
  recipient: string;
  kept: "sealed" | "plain";
  identity: string;
}

/**
 * A fresh post-quantum hybrid age identity for one plan.
 * @param rehearsal whether cheap scrypt will do
 */
export async function newSession(choice: SessionChoice, rehearsal: boolean): Promise<NewSession> {
  using seed = randomSecret(32);
  const recipient = await hybridRecipient(seed);
  const identity = hybridIdentity(seed);
  if (choice.kept === "plain") return { recipient, kept: "plain", identity };

  using text = new Secret(utf8(identity));
  const workFactor = rehearsal ? SCRYPT_WORK_FACTOR.rehearsal : SCRYPT_WORK_FACTOR.production;
  const sealed = await sealToPassphrase(text, choice.passphrase, workFactor);
  return { recipient, kept: "sealed", identity: fromUtf8(sealed) };
}

/**
 * The identity of a session, `AGE-SECRET-KEY-PQ-1…`.
 * @param passphrase asked for only if it is sealed
 * @throws ConclaveError SHARE_PASSPHRASE; INTEGRITY: what was kept is no identity
 */
export async function openSession(session: StoredSession, passphrase: () => Promise<string>): Promise<string> {
  const identity = session.kept === "plain" ? session.identity : await openSealed(session, await passphrase());
  if (identityKind(identity) === undefined)
    throw new IntegrityError(`session of plan ${session.plan}`, "holds no age identity");
  return identity;
}

async function openSealed(session: StoredSession, passphrase: string): Promise<string> {
  try {
    using opened = await openWithPassphrase(utf8(session.identity), passphrase);
    return fromUtf8(opened.reveal());
  } catch (cause) {
    if (!isConclaveError(cause)) throw cause;
    throw new ConclaveError(cause.code, `session of plan ${session.plan}: ${cause.message}`, {
      suggestions: cause.suggestions,
      cause,
    });
  }
}
