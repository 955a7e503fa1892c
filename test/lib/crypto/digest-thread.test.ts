import { createHash, randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { utf8 } from "../../../src/lib/bytes.ts";
import { DigestThread } from "../../../src/lib/crypto/digest-thread.ts";

const MIB = 1024 * 1024;

test("SHA-256 of nothing, and of FIPS 180-4's abc", async () => {
  expect(await digestOf([])).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  expect(await digestOf([utf8("a"), utf8(""), utf8("bc")])).toBe(
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  );
});

test("parts of any size, of more bytes than the threads share; they may be overwritten at once", async () => {
  const bytes = randomBytes(11 * MIB + 3);
  const cuts = [0, 1, 5, MIB, 2 * MIB + 5, 9 * MIB, 9 * MIB + 1, bytes.length];
  await using thread = new DigestThread();
  for (const [i, cut] of cuts.entries()) {
    const part = Uint8Array.from(bytes.subarray(cuts[i - 1] ?? 0, cut));
    await thread.update([part]);
    part.fill(0);
  }
  expect(await thread.digest()).toBe(createHash("sha256").update(bytes).digest("hex"));
});

test("what isn't waited for to its end doesn't hold the process", async () => {
  await using thread = new DigestThread();
  await thread.update([new Uint8Array(3 * MIB)]);
});

async function digestOf(parts: readonly Uint8Array[]): Promise<string> {
  await using thread = new DigestThread();
  await thread.update(parts);
  return await thread.digest();
}
