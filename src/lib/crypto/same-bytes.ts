import { createSecretKey } from "node:crypto";
import { equalBytes } from "./constant-time.ts";
import { Gmac } from "./gmac.ts";
import { randomBytes } from "./random.ts";
import { view } from "./signature.ts";

/** Tells whether bytes are those that were seen before. */
export interface BytesCheck {
  update(bytes: Uint8Array): unknown;
  /** After the last of them. */
  holds(): boolean | Promise<boolean>;
}

/**
 * Recognises bytes that this process sees twice, some eight times as fast as SHA-256: by GMAC under a fresh key. Neither
 * key nor tag leaves the object, so that nobody can make other bytes of the same tag.
 */
export class SameBytes {
  readonly #key = createSecretKey(view(randomBytes(32)));
  readonly #seen = new Gmac(this.#key);
  #tag: Uint8Array | undefined;

  /** The bytes, part by part, when they are seen first. */
  update(bytes: Uint8Array): void {
    this.#seen.update(bytes);
  }

  /** Look at bytes again, once the first are complete. */
  check(): BytesCheck {
    this.#tag ??= this.#seen.tag();
    const tag = this.#tag;
    const again = new Gmac(this.#key);
    return { update: (bytes) => again.update(bytes), holds: () => equalBytes(again.tag(), tag) };
  }
}
