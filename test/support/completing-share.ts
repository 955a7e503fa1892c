import { Secret } from "../../src/lib/secret.ts";
import { Share } from "../../src/lib/share/share.ts";

/**
 * The share at `x` that, combined with `others`, gives `target`: what somebody can make who knows all others.
 * Arithmetic in GF(2^8) modulo x^8 + x^4 + x^3 + x + 1 (FIPS 197), written for these tests.
 */
export function completingShare(target: Secret, others: readonly Share[], x: number): Share {
  const points = [...others.map((share) => share.x), x];
  const weight = (at: number) =>
    points.filter((point) => point !== at).reduce((product, point) => times(product, over(point, point ^ at)), 1);
  const y = target.reveal().map((byte, i) => {
    const rest = others.reduce((sum, share) => sum ^ times(share.bytes.reveal()[i] ?? 0, weight(share.x)), byte);
    return over(rest, weight(x));
  });
  return new Share(new Secret(Uint8Array.of(...y, x)));
}

function times(a: number, b: number): number {
  let product = 0;
  for (let bit = 0, power = a; bit < 8; bit++, power = (power << 1) ^ (power & 0x80 ? 0x11b : 0)) {
    if (b & (1 << bit)) product ^= power;
  }
  return product;
}

function over(a: number, b: number): number {
  for (let quotient = 0; quotient < 256; quotient++) if (times(quotient, b) === a) return quotient;
  throw new RangeError("division by zero");
}
