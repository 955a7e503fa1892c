import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { describe, expect, test } from "vitest";
import { fromHex, fromUtf8, hex } from "../../../src/lib/bytes.ts";
import { decapsulateBy, encapsulateTo } from "../../../src/lib/crypto/key-encapsulation.ts";
import { writePem } from "../../../src/lib/crypto/write-pem.ts";
import { ALGORITHMS } from "../../../src/lib/key/algorithm.ts";
import { fingerprint } from "../../../src/lib/key/fingerprint.ts";
import { layOut } from "../../../src/lib/key/raw-key.ts";
import { Secret } from "../../../src/lib/secret.ts";
import { DH_KEM_ROWS, DH_KEMS, type DhKem, decapsulateByNoble, extractAndExpand } from "../../support/dh-kem.ts";
import { publish } from "../../support/figures.ts";
import { haveVectors, readVectors } from "../../support/vectors.ts";

/** The algorithm of each, bytes of a private key, and of what is encapsulated (RFC 9180 section 7.1). */
const KEMS = {
  X25519: { algorithm: "x25519", scalar: 32, encapsulated: 32 },
  "P-256": { algorithm: "ec-p256", scalar: 32, encapsulated: 65 },
  "P-384": { algorithm: "ec-p384", scalar: 48, encapsulated: 97 },
  "P-521": { algorithm: "ec-p521", scalar: 66, encapsulated: 133 },
} as const satisfies Record<DhKem, unknown>;

/** A private key of its bytes, as `key import --format raw` lays them out. */
function keyOf(kem: DhKem, scalar: Uint8Array): KeyObject {
  using bytes = new Secret(Uint8Array.from(scalar));
  const { der, structure } = layOut(KEMS[kem].algorithm, bytes);
  using laidOut = der;
  return createPrivateKey({ key: Buffer.from(laidOut.reveal()), format: "der", type: structure });
}

/** What our function makes of it, in hexadecimal digits. */
function opened(kem: DhKem, scalar: Uint8Array, encapsulated: Uint8Array): string | undefined {
  using secret = decapsulateBy(keyOf(kem, scalar), encapsulated);
  return secret === undefined ? undefined : hex(secret.reveal());
}

/** A scalar as the vectors write it, with as many bytes as a key has. */
function scalarOf(kem: DhKem, digits: string): Uint8Array {
  const wanted = 2 * KEMS[kem].scalar;
  return fromHex(digits.replace(/^(00)+/, "").padStart(wanted, "0"));
}

test.for([
  {
    kem: "X25519",
    source: "RFC 9180 appendix A.1.1",
    skRm: "4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8",
    enc: "37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431",
    secret: "fe0e18c9f024ce43799ae393c7e8fe8fce9d218875e8227b0187c04e7d2ea1fc",
  },
  {
    kem: "P-256",
    source: "RFC 9180 appendix A.3.1",
    skRm: "f3ce7fdae57e1a310d87f1ebbde6f328be0a99cdbcadf4d6589cf29de4b8ffd2",
    enc: "04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac98536d7b61a1af4b78e5b7f951c0900be863c403ce65c9bfcb9382657222d18c4",
    secret: "c0d26aeab536609a572b07695d933b589dcf363ff9d93c93adea537aeabb8cb8",
  },
  {
    kem: "P-521",
    source: "RFC 9180 appendix A.6.1",
    skRm: "01462680369ae375e4b3791070a7458ed527842f6a98a79ff5e0d4cbde83c27196a3916956655523a6a2556a7af62c5cadabe2ef9da3760bb21e005202f7b2462847",
    enc: "040138b385ca16bb0d5fa0c0665fbbd7e69e3ee29f63991d3e9b5fa740aab8900aaeed46ed73a49055758425a0ce36507c54b29cc5b85a5cee6bae0cf1c21f2731ece2013dc3fb7c8d21654bb161b463962ca19e8c654ff24c94dd2898de12051f1ed0692237fb02b2f8d1dc1c73e9b366b529eb436e98a996ee522aef863dd5739d2f29b0",
    secret:
      "776ab421302f6eff7d7cb5cb1adaea0cd50872c71c2d63c30c4f1d5e43653336fef33b103c67e7a98add2d3b66e2fda95b5b2a667aa9dac7e59cc1d46d30e818",
  },
] as const)("DHKEM($kem): the shared secret of $source", ({ kem, skRm, enc, secret }) => {
  expect(opened(kem, fromHex(skRm), fromHex(enc))).toBe(secret);
});

test.for([
  {
    kem: "P-256",
    point:
      "04700c48f77f56584c5cc632ca65640db91b6bacce3a4df6b42ce7cc838833d287db71e509e3fd9b060ddb20ba5c51dcc5948d46fbf640dfe0441782cab85fa4ac",
    scalar: "7d7dc5f71eb29ddaf80d6214632eeae03d9058af1fb6d22ed80badb62bc1a534",
    agreed: "46fc62106420ff012e54a434fbdd2d25ccc5852060561e68040dd7778997bd7b",
  },
  {
    kem: "P-384",
    point:
      "04a7c76b970c3b5fe8b05d2838ae04ab47697b9eaf52e764592efda27fe7513272734466b400091adbf2d68c58e0c50066ac68f19f2e1cb879aed43a9969b91a0839c4c38a49749b661efedf243451915ed0905a32b060992b468c64766fc8437a",
    scalar: "3cc3122a68f0d95027ad38c067916ba0eb8c38894d22e1b15618b6818a661774ad463b205da88cf699ab4d43c9cf98a1",
    agreed: "5f9d29dc5e31a163060356213669c8ce132e22f57c9a04f40ba7fcead493b457e5621e766c40a2e3d4d6a04b25e533f1",
  },
] as const)("DHKEM($kem) of NIST CAVP's ECC CDH primitive, count 0", ({ kem, point, scalar, agreed }) => {
  const recipient = DH_KEM_ROWS[kem].publicKey(fromHex(scalar));
  const wanted = extractAndExpand(kem, fromHex(agreed), fromHex(point), recipient);
  expect(opened(kem, fromHex(scalar), fromHex(point))).toBe(hex(wanted));
});

describe.each(DH_KEMS)("DHKEM(%s)", (kem) => {
  const { algorithm, encapsulated: length } = KEMS[kem];
  const made = ALGORITHMS[algorithm].generate();
  const privateKey = createPrivateKey({ key: Buffer.from(made.material.reveal()), format: "der", type: "pkcs8" });
  const scalar = new Uint8Array(Buffer.from(String(privateKey.export({ format: "jwk" }).d), "base64url"));

  test("what we encapsulate another implementation opens, and the other way round", () => {
    const { secret, ciphertext } = encapsulateTo(createPublicKey(made.publicKey ?? ""));
    using _ = secret;
    expect([ciphertext.length, secret.length]).toEqual([length, DH_KEM_ROWS[kem].length]);
    expect(decapsulateByNoble(kem, scalar, ciphertext)).toEqual(secret.reveal());
    const recipient = DH_KEM_ROWS[kem].publicKey(scalar);
    const ephemeral = scalar.map((byte, i) => (i === scalar.length - 1 ? byte ^ 1 : byte));
    const enc = DH_KEM_ROWS[kem].publicKey(ephemeral);
    const theirs = extractAndExpand(kem, DH_KEM_ROWS[kem].agree(ephemeral, recipient), enc, recipient);
    expect(opened(kem, scalar, enc)).toBe(hex(theirs));
  });

  test("another point gives another secret, or none; another length, and no point, none", () => {
    const [first, second] = [encapsulateTo(createPublicKey(privateKey)), encapsulateTo(createPublicKey(privateKey))];
    using one = first.secret;
    using two = second.secret;
    expect(one.reveal()).not.toEqual(two.reveal());
    const { ciphertext } = first;
    const nothing = [ciphertext.subarray(1), Uint8Array.of(...ciphertext, 0), new Uint8Array(), new Uint8Array(length)];
    for (const bytes of nothing) expect(decapsulateBy(privateKey, bytes)).toBeUndefined();
  });
});

describe.each(["P-256", "P-384", "P-521"] as const)("DHKEM(%s): RFC 9180 section 7.1.4", (kem) => {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: kem });
  const { ciphertext } = encapsulateTo(publicKey);
  const half = (ciphertext.length - 1) / 2;
  const odd = (ciphertext.at(-1) ?? 0) & 1;
  test.for([
    { what: "a point that is off the curve", bytes: ciphertext.map((byte, i) => (i === 40 ? byte ^ 1 : byte)) },
    { what: "the compressed form", bytes: Uint8Array.of(2 + odd, ...ciphertext.subarray(1, 1 + half)) },
    { what: "the hybrid form", bytes: Uint8Array.of(6 + odd, ...ciphertext.subarray(1)) },
    { what: "the point at infinity", bytes: Uint8Array.of(0) },
    { what: "coordinates above the prime", bytes: Uint8Array.of(4, ...new Uint8Array(2 * half).fill(255)) },
  ])("$what gives nothing", ({ bytes }) => {
    expect(decapsulateBy(privateKey, bytes)).toBeUndefined();
  });
});

test("secp256k1, of which RFC 9180 has no KEM: nothing is encapsulated", () => {
  const { publicKey } = generateKeyPairSync("ec", { namedCurve: "secp256k1" });
  expect(() => encapsulateTo(publicKey)).toThrow(/encapsulation/i);
});

interface HpkeRow {
  mode: number;
  kem_id: number;
  skRm: string;
  enc: string;
  shared_secret: string;
}

interface DhRow {
  tcId: number;
  comment: string;
  flags: string[];
  public: string;
  private: string;
  shared: string;
  result: "valid" | "acceptable" | "invalid";
}

const rowsOf = (file: string) =>
  readVectors<{ testGroups: { tests: DhRow[] }[] }>("wycheproof", `${file}.json`).testGroups.flatMap(
    ({ tests }) => tests,
  );

/** What a row of Diffie-Hellman gives through our function: undefined if it is refused. */
function givenBy(kem: DhKem, row: DhRow, point: Uint8Array): { found: string | undefined; wanted: string } {
  const scalar = scalarOf(kem, row.private);
  const recipient = DH_KEM_ROWS[kem].publicKey(scalar);
  const wanted = hex(extractAndExpand(kem, fromHex(row.shared), point, recipient));
  return { found: opened(kem, scalar, point), wanted };
}

/** How many rows were taken and refused, by what is said of them; and those that came out wrong. */
function sortOut(rows: readonly DhRow[], look: (row: DhRow) => { found: string | undefined; wanted: string }) {
  const refused: Record<string, number> = {};
  const wrong: string[] = [];
  let taken = 0;
  for (const row of rows) {
    const { found, wanted } = look(row);
    if (found === undefined) {
      const why = `${row.result}: ${row.flags.join(", ")}`;
      refused[why] = (refused[why] ?? 0) + 1;
    } else taken += 1;
    const right = found === undefined ? row.result !== "valid" : found === wanted && row.result !== "invalid";
    if (!right) wrong.push(`${row.tcId} ${row.comment}`);
  }
  return { rows: rows.length, taken, refused, wrong };
}

describe.skipIf(!haveVectors)("published vectors, through our own function (needs the vectors)", () => {
  test("CFRG's of HPKE: the shared secret of each in which the sender has no key of its own", () => {
    const names: Readonly<Record<number, DhKem>> = { 0x20: "X25519", 0x10: "P-256", 0x11: "P-384", 0x12: "P-521" };
    const all = readVectors<HpkeRow[]>("hpke", "hpke_rfc9180_subset.json");
    const rows = all.filter(({ mode }) => mode < 2); // base, psk; in auth, auth_psk two secrets are agreed on
    for (const { kem_id: id, skRm, enc, shared_secret: secret } of rows) {
      const kem = names[id] ?? "P-384";
      expect(opened(kem, fromHex(skRm), fromHex(enc))).toBe(secret);
    }
    publish("hpke_rfc9180_subset", { rows: rows.length, authenticated: all.length - rows.length });
    expect([rows.length, all.length]).toEqual([18, 36]);
  });

  test("Wycheproof x25519_test: all but the points that give zeros", () => {
    const rows = rowsOf("x25519_test");
    const { wrong, ...figures } = sortOut(rows, (row) => givenBy("X25519", row, fromHex(row.public)));
    publish("wycheproof x25519_test", figures);
    expect(wrong).toEqual([]);
    const zeros = rows.filter(({ flags }) => flags.includes("ZeroSharedSecret"));
    expect(Object.values(figures.refused).reduce((sum, count) => sum + count)).toBe(zeros.length);
    expect(Object.keys(figures.refused).filter((why) => !why.includes("ZeroSharedSecret"))).toEqual([]);
    expect(figures.rows).toBe(518);
  });

  test("Wycheproof ecdh_secp256r1_ecpoint_test: points", () => {
    const rows = rowsOf("ecdh_secp256r1_ecpoint_test");
    const { wrong, ...figures } = sortOut(rows, (row) => givenBy("P-256", row, fromHex(row.public)));
    publish("wycheproof ecdh_secp256r1_ecpoint_test", figures);
    expect(wrong).toEqual([]);
    expect(figures).toMatchObject({
      rows: 355,
      taken: 330,
      refused: { "acceptable: CompressedPublic, CompressedPoint": 1 },
    });
  });

  test("Wycheproof ecdh_secp256r1_test: public keys as SubjectPublicKeyInfo, of which we take fingerprints", () => {
    const { wrong, ...figures } = sortOut(rowsOf("ecdh_secp256r1_test"), (row) => {
      const der = fromHex(row.public);
      const pem = fromUtf8(writePem("PUBLIC KEY", der));
      const sound = fingerprint(pem, ALGORITHMS["ec-p256"].publicKey);
      return sound === undefined
        ? { found: undefined, wanted: "" }
        : givenBy("P-256", row, der.subarray(-KEMS["P-256"].encapsulated));
    });
    publish("wycheproof ecdh_secp256r1_test", figures);
    expect(wrong).toEqual([]);
    expect([figures.rows, figures.taken]).toEqual([612, 330]);
  });
});
