import { execFileSync } from "node:child_process";
import { createHash, createHmac, randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { fromHex, utf8 } from "../../../src/lib/bytes.ts";
import { HashThread, PIECE_BYTES } from "../../../src/lib/crypto/hash-thread.ts";
import { PieceHmac } from "../../../src/lib/crypto/piece-hmac.ts";
import { Secret } from "../../../src/lib/secret.ts";
import { workspace } from "../../support/workspace.ts";

const KEY = "20".repeat(32);
const keyed = () => new Secret(fromHex(KEY));

/** By its definition. */
function expected(text: Uint8Array): string {
  const hmac = createHmac("sha256", fromHex(KEY));
  for (let at = 0; at < text.length; at += PIECE_BYTES)
    hmac.update(
      createHash("sha256")
        .update(text.subarray(at, at + PIECE_BYTES))
        .digest(),
    );
  return hmac.digest("hex");
}

async function made(parts: readonly Uint8Array[], thread?: HashThread): Promise<string> {
  using key = keyed();
  const hmac = new PieceHmac(key, thread);
  for (const part of parts) {
    hmac.update(part);
    await new Promise(setImmediate); // as between reads
  }
  return await hmac.digest();
}

function cut(text: Uint8Array, places: readonly number[]): Uint8Array[] {
  const cuts = [0, ...places.map((place) => place % (text.length + 1)), text.length].sort((a, b) => a - b);
  return cuts.slice(1).map((end, i) => text.subarray(cuts[i], end));
}

test("of nothing, of less than a piece, of pieces exactly, of a byte more", async () => {
  for (const length of [0, 1, PIECE_BYTES - 1, PIECE_BYTES, 2 * PIECE_BYTES, 2 * PIECE_BYTES + 1]) {
    const text = Uint8Array.from(randomBytes(length));
    expect(await made([text])).toBe(expected(text));
  }
});

test("however the text is cut, with a thread and without", async () => {
  const text = Uint8Array.from(randomBytes(5 * PIECE_BYTES + 77));
  const wanted = expected(text);
  const places = fc.array(
    fc.oneof(
      fc.nat(text.length),
      fc.nat(5).map((piece) => piece * PIECE_BYTES),
    ),
    { maxLength: 9 },
  );
  await fc.assert(
    fc.asyncProperty(places, fc.boolean(), async (at, withThread) => {
      await using thread = withThread ? new HashThread() : undefined;
      expect(await made(cut(text, at), thread)).toBe(wanted);
    }),
    { numRuns: 30 },
  );
});

test("a thread that hashes much of it: what it is given may be overwritten at once, and order is kept", async () => {
  const text = Uint8Array.from(randomBytes(40 * PIECE_BYTES + 3));
  await using thread = new HashThread();
  using key = keyed();
  const hmac = new PieceHmac(key, thread);
  const buffer = new Uint8Array(PIECE_BYTES);
  for (let at = 0; at < text.length; at += PIECE_BYTES) {
    const piece = text.subarray(at, at + PIECE_BYTES);
    buffer.set(piece);
    hmac.update(buffer.subarray(0, piece.length));
    await new Promise(setImmediate);
  }
  buffer.fill(0);
  expect(await hmac.digest()).toBe(expected(text));
});

test("another order of pieces, another key: another HMAC", async () => {
  const [a, b] = [1, 2].map((byte) => new Uint8Array(PIECE_BYTES).fill(byte)) as [Uint8Array, Uint8Array];
  expect(await made([a, b])).not.toBe(await made([b, a]));
  using other = new Secret(fromHex("21".repeat(32)));
  const hmac = new PieceHmac(other);
  hmac.update(a);
  expect(await hmac.digest()).not.toBe(await made([a]));
});

test("what split and openssl compute, as docs/formats/plan.md says", async () => {
  await using place = await workspace();
  const text = Uint8Array.from(Buffer.concat([randomBytes(2 * PIECE_BYTES), utf8("and more")]));
  writeFileSync(place.file("text"), text);
  const said = execFileSync(
    "sh",
    [
      "-c",
      `split -b 1048576 --filter='openssl dgst -sha256 -binary' "$1" | openssl mac -digest SHA256 -macopt hexkey:$2 HMAC`,
      "sh",
      place.file("text"),
      KEY,
    ],
    { encoding: "utf8" },
  );
  expect(said.trim().toLowerCase()).toBe(await made([text]));
});
