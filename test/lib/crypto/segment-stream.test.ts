import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concat, fromHex, hex, utf8 } from "../../../src/lib/bytes.ts";
import { randomSecret } from "../../../src/lib/crypto/random.ts";
import {
  fileParameters,
  isStreamHeader,
  newStreamHeader,
  plainSegments,
  SegmentStream,
  type StreamParameters,
  sealedSegments,
  streamHeaderLength,
  streamLength,
} from "../../../src/lib/crypto/segment-stream.ts";
import { Secret } from "../../../src/lib/secret.ts";

/** Seal as a file is encrypted. */
function sealAll(
  parameters: StreamParameters,
  secret: Secret,
  plain: Uint8Array,
  associated: Uint8Array,
  header = newStreamHeader(parameters),
): Uint8Array {
  using stream = new SegmentStream(parameters, secret, header, associated);
  const parts: Uint8Array[] = [header];
  let at = 0;
  for (const length of plainSegments(parameters, plain.length)) {
    parts.push(...stream.seal(plain.subarray(at, at + length), at + length === plain.length));
    at += length;
  }
  return concat(...parts);
}

/** Open as a file is decrypted. @returns undefined if any segment is refused */
function openAll(
  parameters: StreamParameters,
  secret: Secret,
  sealed: Uint8Array,
  associated: Uint8Array,
): Uint8Array | undefined {
  const start = streamHeaderLength(parameters);
  const header = sealed.subarray(0, start);
  if (!isStreamHeader(parameters, header) || sealed.length === start) return undefined;
  using stream = new SegmentStream(parameters, secret, header, associated);
  const parts: Uint8Array[] = [];
  let at = start;
  for (const length of sealedSegments(parameters, sealed.length - start)) {
    const plain = stream.open(sealed.subarray(at, at + length), at + length === sealed.length);
    if (plain === undefined) return undefined;
    parts.push(...plain);
    at += length;
  }
  return concat(...parts);
}

/** From Tink (tink-java, AesGcmHkdfStreamingTestUtil), whose rows are the cross-language tests' too. */
const TINK = [
  {
    what: "three segments",
    key: "6eb56cdc726dfbe5d57f2fcdc6e9345b",
    parameters: { hash: "sha1", keyLength: 16, segmentLength: 64 },
    plain: "This is a fairly long plaintext. It is of the exact length to create three output blocks. ",
    associated: utf8("aad"),
    sealed: [
      "18",
      "93b3af5e14ab378d065addfc8484da64",
      "2c0862877baea8",
      "db92d9c77406a406168478821c4298eab3e6d531277f4c1a051714faebcaefcbca7b7be05e9445ea",
      "a0bb2904153398a25084dd80ae0edcd1c3079fcea2cd3770630ee36f7539207b8ec9d754956d486b71cdf989f0ed6fba6779b63558be0a66e668df14e1603cd2",
      "af8944844078345286d0b292e772e7190775c51a0f83e40c0b75821027e7e538e111",
    ].join(""),
  },
  {
    what: "nothing, SHA-1",
    key: "6eb56cdc726dfbe5d57f2fcdc6e9345b",
    parameters: { hash: "sha1", keyLength: 16, segmentLength: 64 },
    plain: "",
    associated: new Uint8Array(),
    sealed: "18ec99b2c3884194023bd41bb9bff309205354c750fa0cb3c0d02609abf71f88eaeaa48d7deca27f",
  },
  {
    what: "nothing, SHA-256",
    key: "6eb56cdc726dfbe5d57f2fcdc6e9345b",
    parameters: { hash: "sha256", keyLength: 16, segmentLength: 64 },
    plain: "",
    associated: new Uint8Array(),
    sealed: "18be78bce0cab6fd38a9041eea8ab0ffc4cf17e3c00b661d3927f5f79069f41a210fedc40b25648c",
  },
  {
    what: "nothing, SHA-512",
    key: "6eb56cdc726dfbe5d57f2fcdc6e9345b",
    parameters: { hash: "sha512", keyLength: 16, segmentLength: 64 },
    plain: "",
    associated: new Uint8Array(),
    sealed: "18fec8139ccb406e0f140d7e2bcc41e1b899bc1b121574cc31d1c78ed2ca1cdf324665b8dce21095",
  },
  {
    what: "a longer key",
    key: "00112233445566778899aabbccddeeff6eb56cdc726dfbe5d57f2fcdc6e9345b",
    parameters: { hash: "sha1", keyLength: 16, segmentLength: 64 },
    plain: "",
    associated: new Uint8Array(),
    sealed: "180880e85a24207a7b72cefde26306ed09d7d76e58104b751d005a3ffd72dd6151f0d9c8ccf163f7",
  },
  ...[64, 128].map((segmentLength) => ({
    what: `AES-256, segments of ${segmentLength}`,
    key: "00112233445566778899aabbccddeeff6eb56cdc726dfbe5d57f2fcdc6e9345b",
    parameters: { hash: "sha1", keyLength: 32, segmentLength } as const,
    plain: "",
    associated: new Uint8Array(),
    sealed:
      "28fae780c70a82d1256c8303a1261ac6a98cf557b4e173967a62f3c149517ba5b2431da93b3c6e90f508b34dc14bfda59bab05681c6ad3fa",
  })),
  {
    what: "one segment that is just full",
    key: "00112233445566778899aabbccddeeff6eb56cdc726dfbe5d57f2fcdc6e9345b",
    parameters: { hash: "sha1", keyLength: 32, segmentLength: 120 },
    plain: "BLOCK 1.BLOCK 2.BLOCK 3.BLOCK 4.BLOCK 5.BLOCK 6.BLOCK 7.BLOCK 8.",
    associated: Uint8Array.of(0, 1, 2, 3),
    sealed:
      "28782994617714a80fa085e15051a16854522330d6d0f26c049b2192f09cdd98b2eb90c753bfff277a29e54fa4afb15d648c28477eb07f012535c767f5fdce24ffffae318480c1d37357d6d3c511159318afa09ef38aa3f5456fd7817c5c02dd6e1a7fef174c8bd24e38b5982ac105497c0101ac5581fe5b",
  },
] as const;

describe("Tink's vectors", () => {
  test.for(TINK)("$what", ({ key, parameters, plain, associated, sealed }) => {
    using secret = new Secret(fromHex(key));
    const header = fromHex(sealed).subarray(0, streamHeaderLength(parameters));
    expect(hex(sealAll(parameters, secret, utf8(plain), associated, header))).toBe(sealed);
    expect(openAll(parameters, secret, fromHex(sealed), associated)).toEqual(utf8(plain));
    expect(streamLength(parameters, plain.length)).toBe(sealed.length / 2);
  });
});

const SMALL: StreamParameters = { hash: "sha256", keyLength: 32, segmentLength: 100 };
const NOTHING = new Uint8Array();

test("any length comes back, and is as long as was said; nothing opens with another key or other associated data", () => {
  using secret = randomSecret(32);
  using other = randomSecret(32);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (plain) => {
      const sealed = sealAll(SMALL, secret, plain, utf8("a"));
      expect(sealed.length).toBe(streamLength(SMALL, plain.length));
      expect(openAll(SMALL, secret, sealed, utf8("a"))).toEqual(plain);
      expect(openAll(SMALL, secret, sealed, utf8("b"))).toBeUndefined();
      expect(openAll(SMALL, other, sealed, utf8("a"))).toBeUndefined();
    }),
  );
});

test("a flipped bit, a cut, bytes after the end, segments in another order, or those of another file: nothing opens", () => {
  using secret = randomSecret(32);
  const plain = new Uint8Array(44 + 84 + 84); // three full segments
  const sealed = sealAll(SMALL, secret, plain, NOTHING);
  const opens = (changed: Uint8Array) => openAll(SMALL, secret, changed, NOTHING) !== undefined;
  expect(opens(sealed)).toBe(true);
  for (let bit = 0; bit < 8 * sealed.length; bit++)
    expect(opens(sealed.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte)))).toBe(false);
  for (let length = 0; length < sealed.length; length++) expect(opens(sealed.subarray(0, length))).toBe(false);
  for (const more of [1, 16, 100]) expect(opens(concat(sealed, new Uint8Array(more)))).toBe(false);
  const [head, one, two, three] = [
    sealed.subarray(0, 40),
    sealed.subarray(40, 100),
    sealed.subarray(100, 200),
    sealed.subarray(200),
  ];
  expect(opens(concat(head, one, three, two))).toBe(false);
  expect(opens(concat(head, one, two, two, three))).toBe(false);
  const another = sealAll(SMALL, secret, plain, NOTHING);
  expect(opens(concat(head, one, another.subarray(100, 200), three))).toBe(false);
});

test.for([16, 24, 32] as const)("a key of %i bytes; large segments", (length) => {
  using secret = randomSecret(length);
  const parameters = fileParameters(length);
  const plain = new Uint8Array(2 * 1024 * 1024 + 3).map((_, i) => i * 7);
  const sealed = sealAll(parameters, secret, plain, NOTHING);
  expect(sealed.length).toBe(streamLength(parameters, plain.length));
  expect(Buffer.compare(openAll(parameters, secret, sealed, NOTHING) ?? NOTHING, plain)).toBe(0);
});

test("what isn't a segment, a header or a key long enough is the caller's mistake", () => {
  using secret = randomSecret(32);
  using short = randomSecret(16);
  const header = newStreamHeader(SMALL);
  using stream = new SegmentStream(SMALL, secret, header, NOTHING);
  expect(() => stream.seal(new Uint8Array(43), false)).toThrow(RangeError);
  expect(() => stream.seal(new Uint8Array(45), true)).toThrow(RangeError);
  expect(() => stream.open(new Uint8Array(59), false)).toThrow(RangeError);
  expect(stream.open(new Uint8Array(15), true)).toBeUndefined();
  expect(() => new SegmentStream(SMALL, secret, header.subarray(1), NOTHING)).toThrow(RangeError);
  expect(() => new SegmentStream(SMALL, short, header, NOTHING)).toThrow(RangeError);
  stream[Symbol.dispose]();
  expect(() => stream.seal(new Uint8Array(84), true)).toThrow(RangeError);
});

const OTHER = `
import sys
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
key, sealed = bytes.fromhex(sys.argv[1]), sys.stdin.buffer.read()
salt, prefix = sealed[1:33], sealed[33:40]
gcm = AESGCM(HKDF(SHA256(), 32, salt, b"bound").derive(key))
at, n = 40, 0
while at < len(sealed):
    end = min(len(sealed), 2**20 * (n + 1))
    nonce = prefix + n.to_bytes(4, "big") + bytes([end == len(sealed)])
    sys.stdout.buffer.write(gcm.decrypt(nonce, sealed[at:end], None))
    at, n = end, n + 1
`;
const havePython = spawnSync("python3", ["-c", "import cryptography"]).status === 0;

test.skipIf(!havePython)("another implementation opens it (needs python3-cryptography)", () => {
  using secret = randomSecret(32);
  const plain = new Uint8Array(2 * 1024 * 1024 + 3).map((_, i) => i * 7);
  const sealed = sealAll(fileParameters(32), secret, plain, utf8("bound"));
  const { stdout } = spawnSync("python3", ["-c", OTHER, hex(secret.reveal())], { input: sealed, maxBuffer: 1 << 23 });
  expect(Buffer.compare(stdout, plain)).toBe(0);
});
