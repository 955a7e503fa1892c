import { randomFillSync, randomUUID } from "node:crypto";
import { hex } from "../bytes.ts";
import { Secret } from "../secret.ts";

/** `length` random bytes of the operating system's generator, in an array of their own. */
export function randomBytes(length: number): Uint8Array {
  return randomFillSync(new Uint8Array(length));
}

/** A secret of `length` random bytes; the caller's to dispose of. */
export function randomSecret(length: number): Secret {
  return new Secret(randomBytes(length));
}

/** A random identifier (RFC 9562, version 4), in lower case. */
export function randomUuid(): string {
  return randomUUID({ disableEntropyCache: true });
}

/** Lower-case hexadecimal digits of `length` random bytes. Not for secrets. */
export function randomHex(length: number): string {
  return hex(randomBytes(length));
}
