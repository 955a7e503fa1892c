import { createHash } from "node:crypto";
import { inflateSync } from "node:zlib";
import { Decrypter } from "age-encryption";
import * as cctv from "cctv-age";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concat, fromHex } from "../../../src/lib/bytes.ts";
import { ageHeaderEnd, newAgeHeader, openAgeHeader } from "../../../src/lib/crypto/age-header.ts";
import { hybridIdentity, hybridRecipient } from "../../../src/lib/crypto/age-recipient.ts";
import {
  AgeStream,
  CHUNK_LENGTH,
  CHUNK_TAG_LENGTH,
  newPayloadNonce,
  PAYLOAD_NONCE_LENGTH,
  payloadLength,
} from "../../../src/lib/crypto/age-stream.ts";
import { randomSecret } from "../../../src/lib/crypto/random.ts";
import { Secret } from "../../../src/lib/secret.ts";

/** Seal as a backup is sealed. */
function sealAll(fileKey: Secret, plain: Uint8Array): Uint8Array {
  const nonce = newPayloadNonce();
  using stream = new AgeStream(fileKey, nonce);
  const parts: Uint8Array[] = [nonce];
  for (let at = 0; at === 0 || at < plain.length; at += CHUNK_LENGTH) {
    parts.push(stream.seal(plain.subarray(at, at + CHUNK_LENGTH), at + CHUNK_LENGTH >= plain.length));
  }
  return concat(...parts);
}

/** Open as a backup is opened. @returns undefined if any chunk is refused */
function openAll(fileKey: Secret, payload: Uint8Array): Uint8Array | undefined {
  if (payload.length < PAYLOAD_NONCE_LENGTH) return undefined;
  using stream = new AgeStream(fileKey, payload.subarray(0, PAYLOAD_NONCE_LENGTH));
  const sealed = payload.subarray(PAYLOAD_NONCE_LENGTH);
  const parts: Uint8Array[] = [];
  const step = CHUNK_LENGTH + CHUNK_TAG_LENGTH;
  for (let at = 0; at === 0 || at < sealed.length; at += step) {
    const plain = stream.open(sealed.subarray(at, at + step), at + step >= sealed.length);
    if (plain === undefined) return undefined;
    parts.push(Uint8Array.from(plain));
  }
  return concat(...parts);
}

describe("C2SP CCTV age vectors of the payload (stream_*)", () => {
  const vectors = Object.entries(cctv)
    .filter(([name]) => name.startsWith("stream_"))
    .map(([name, file]) => ({ name, ...vectorOf(file) }));

  test("there are at least 25", () => {
    expect(vectors.length).toBeGreaterThanOrEqual(25);
  });

  test.for(vectors)("$name: $expected", ({ file, fileKey, expected, payload }) => {
    const end = ageHeaderEnd(file);
    expect(end).toBeDefined();
    using key = new Secret(fromHex(fileKey));
    const opened = openAll(key, file.subarray(end));
    expect(opened === undefined).toBe(expected !== "success");
    if (opened !== undefined) expect(createHash("sha256").update(opened).digest("hex")).toBe(payload);
  });
});

test.for([0, 1, CHUNK_LENGTH - 1, CHUNK_LENGTH, CHUNK_LENGTH + 1, 2 * CHUNK_LENGTH])(
  "%i bytes open with the age library, and have the length that was said",
  async (length) => {
    using seed = randomSecret(32);
    const plain = new Uint8Array(length).map((_, i) => i * 7);
    const header = await newAgeHeader(await hybridRecipient(seed));
    using fileKey = header.fileKey;
    const payload = sealAll(fileKey, plain);
    expect(payload.length).toBe(payloadLength(length));
    const file = concat(header.bytes, payload);
    expect(ageHeaderEnd(file)).toBe(header.bytes.length);
    const decrypter = new Decrypter();
    decrypter.addIdentity(hybridIdentity(seed));
    expect(Buffer.compare(await decrypter.decrypt(file), plain)).toBe(0);
    using again = await openAgeHeader(header.bytes, seed);
    expect(again?.reveal()).toEqual(fileKey.reveal());
  },
);

test("another seed, a changed header, a stanza more open nothing", async () => {
  using seed = randomSecret(32);
  using other = randomSecret(32);
  const { bytes, fileKey } = await newAgeHeader(await hybridRecipient(seed));
  using _ = fileKey;
  expect(await openAgeHeader(bytes, other)).toBeUndefined();
  const text = Buffer.from(bytes).toString("latin1");
  for (const changed of [
    text.replace("--- ", "-> X25519 abc\n\n--- "),
    text.replace("-> mlkem", "-> mlkeM"),
    "",
    "x",
  ]) {
    expect(await openAgeHeader(Buffer.from(changed, "latin1"), seed)).toBeUndefined();
  }
  await fc.assert(
    fc.asyncProperty(fc.nat(8 * bytes.length - 1), async (bit) => {
      const flipped = bytes.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
      expect(await openAgeHeader(flipped, seed)).toBeUndefined();
    }),
    { numRuns: 30 },
  );
});

test("a chunk of another length than the format has is the caller's mistake", () => {
  using key = randomSecret(16);
  using stream = new AgeStream(key, newPayloadNonce());
  expect(() => stream.seal(new Uint8Array(10), false)).toThrow(RangeError);
  expect(() => stream.seal(new Uint8Array(CHUNK_LENGTH + 1), true)).toThrow(RangeError);
  expect(() => new AgeStream(key, new Uint8Array(12))).toThrow(RangeError);
});

function vectorOf(bytes: Uint8Array) {
  const end = Buffer.from(bytes).indexOf("\n\n");
  const header = Buffer.from(bytes.subarray(0, end)).toString("latin1");
  const value = (key: string) => new RegExp(`^${key}: (.*)$`, "m").exec(header)?.[1] ?? "";
  const body = bytes.subarray(end + 2);
  const file = value("compressed") === "zlib" ? new Uint8Array(inflateSync(body)) : body;
  return { file, fileKey: value("file key"), expected: value("expect"), payload: value("payload") };
}
