import { createHash, hash } from "node:crypto";
import { LABELS, type Label } from "./labels.ts";

/** SHA-256 (FIPS 180-4) of all `parts`, one after the other; 32 bytes. */
export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const digest = createHash("sha256");
  for (const part of parts) digest.update(part);
  return Uint8Array.from(digest.digest());
}

/** SHA-256 of `bytes`, 64 lower-case hexadecimal digits. */
export function sha256Hex(bytes: Uint8Array): string {
  return hash("sha256", bytes, "hex");
}

/**
 * Digest of a canonical document under its label: SHA-256(label, NUL, text).
 *
 * @param canonicalText made by `canonicalJson`
 * @returns 64 lower-case hexadecimal digits
 */
export function digestOf(label: Label, canonicalText: string): string {
  return hash("sha256", `${LABELS[label]}\0${canonicalText}`, "hex");
}
