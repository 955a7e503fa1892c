import { expect } from "vitest";
import type { Seen } from "./seen.ts";

/** Nothing that a terminal acts on, and nothing that can't be seen. */
export const VISIBLE = /^(?:[ \n\p{L}\p{M}\p{N}\p{P}\p{S}])*$/u;
/** The bytes that `LC_ALL=C grep -P '[\x00-\x08\x0b-\x1f\x7f\x9b]'` finds. */
const CONTROL_BYTES = (byte: number) => byte < 0x09 || (byte > 0x0a && byte < 0x20) || byte === 0x7f || byte === 0x9b;

/** A run of the program ended so, and showed nothing that a terminal acts on. */
export function expectVisible(seen: Seen, status: number): void {
  for (const text of [seen.stdout, seen.stderr]) {
    expect(text).toMatch(VISIBLE);
    expect(Buffer.from(text).some(CONTROL_BYTES)).toBe(false);
  }
  expect(seen.status, seen.stderr).toBe(status);
}
