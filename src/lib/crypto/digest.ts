import { createHash } from "node:crypto";
import { hex } from "../bytes.ts";
import { type Label, labelled } from "./labels.ts";

/** SHA-256 (FIPS 180-4) of all `parts`, one after the other; 32 bytes. */
export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return Uint8Array.from(hash.digest());
}

/**
 * Digest of a canonical document under its label: SHA-256(label, NUL, text).
 *
 * @param canonicalText made by `canonicalJson`
 * @returns 64 lower-case hexadecimal digits
 */
export function digestOf(label: Label, canonicalText: string): string {
  return hex(sha256(labelled(label, canonicalText)));
}
