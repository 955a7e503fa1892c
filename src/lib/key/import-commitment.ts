import { createHmac } from "node:crypto";
import { fromHex, hex, utf8 } from "../bytes.ts";
import { equalBytes } from "../crypto/constant-time.ts";
import { labelled } from "../crypto/labels.ts";
import { randomSecret } from "../crypto/random.ts";
import { Secret } from "../secret.ts";

/** The key under which a plan that is approved in the room commits to a secret; the caller's to dispose of. */
export function newCommitmentKey(): Secret {
  return randomSecret(32);
}

/**
 * The key under which a plan whose approvals travel commits to a secret: HMAC-SHA-256 of its session's identity.
 * @param identity of the session, `AGE-SECRET-KEY-PQ-1…`
 * @returns the caller's to dispose of
 */
export function sessionCommitmentKey(identity: string): Secret {
  using text = new Secret(utf8(identity));
  return new Secret(Uint8Array.from(createHmac("sha256", text.reveal()).update(labelled("importKey", "")).digest()));
}

/** What a plan says of key material that it doesn't show: HMAC-SHA-256, 64 hexadecimal digits. */
export function commitmentOf(key: Secret, material: Secret): string {
  return hex(createHmac("sha256", key.reveal()).update(labelled("import", "")).update(material.reveal()).digest());
}

/** Whether the material is what the plan committed to. */
export function isCommitted(key: Secret, material: Secret, commitment: string): boolean {
  return equalBytes(fromHex(commitmentOf(key, material)), fromHex(commitment));
}
