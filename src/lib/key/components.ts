import type { Secret } from "../secret.ts";

/**
 * The key whose components these are: their exclusive or. All but one of them say nothing of it.
 *
 * @param components of equal length; stay the caller's
 * @returns the caller's to dispose of
 * @throws {RangeError} fewer than two, or of different lengths
 */
export function combineComponents(components: readonly Secret[]): Secret {
  const [first, ...others] = components;
  if (first === undefined || others.length === 0) throw new RangeError("a key has two components at least");
  const key = first.slice(0);
  for (const other of others) {
    if (other.length !== key.length) throw new RangeError("components are of equal length");
    for (const [i, byte] of other.reveal().entries()) key.reveal()[i] = (key.reveal()[i] ?? 0) ^ byte;
  }
  return key;
}
