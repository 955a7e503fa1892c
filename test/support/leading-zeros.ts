import { Secret } from "../../src/lib/secret.ts";
import { splitSecret } from "../../src/lib/share/shamir.ts";

/**
 * Split one secret of zeros 2 of 2 again and again, and count the bytes whose leading coefficient is 0: those
 * where y is the secret's byte at any x.
 */
export async function leadingZeros(splits: number): Promise<{ zeros: number; coefficients: number }> {
  using secret = new Secret(new Uint8Array(32));
  let zeros = 0;
  for (let i = 0; i < splits; i++) {
    const [share] = await splitSecret(secret, 2, 2);
    for (const y of share?.bytes.reveal().subarray(0, 32) ?? []) if (y === 0) zeros++;
  }
  return { zeros, coefficients: 32 * splits };
}
