import { timingSafeEqual } from "node:crypto";

/** Whether `a` and `b` are the same bytes, in a time that tells only whether their lengths differ. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
