import { createPublicKey, type KeyObject } from "node:crypto";
import { describe, expect, test } from "vitest";
import { base64, concat, fromHex } from "../../../src/lib/bytes.ts";
import {
  SCHEME_NAMES,
  type Scheme,
  type SignatureFormat,
  verifyMessage,
} from "../../../src/lib/key/signature-scheme.ts";
import { publish } from "../../support/figures.ts";
import { haveVectors, readVectors } from "../../support/vectors.ts";

type Row = Readonly<Record<string, string | number | boolean>>;

interface Group extends Row {
  readonly [member: string]: never;
}

/** One row as our functions are asked for it; undefined for what Conclave has no scheme of. */
interface Question {
  scheme: Scheme;
  format: SignatureFormat;
  key: () => KeyObject;
  signature: Uint8Array;
}

const text = (row: Row, member: string) => String(row[member] ?? "").toLowerCase();
const even = (digits: string) => (digits.length % 2 === 0 ? digits : `0${digits}`);
const url = (digits: string) =>
  base64(fromHex(even(digits)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
const padded = (digits: string, bytes: number) => digits.padStart(2 * bytes, "0");

const HASHES: Readonly<Record<string, string>> = { "SHA2-256": "sha256", "SHA2-384": "sha384", "SHA2-512": "sha512" };
/** Curve, bytes of a coordinate, and the hash that Conclave signs with on it. */
const CURVES: Readonly<Record<string, { bytes: number; hash: string }>> = {
  "P-256": { bytes: 32, hash: "sha256" },
  "P-384": { bytes: 48, hash: "sha384" },
  "P-521": { bytes: 66, hash: "sha512" },
};

function rsa(group: Row, row: Row): Question | undefined {
  const hash = HASHES[String(group["hashAlg"])];
  const scheme = `rsa-${group["sigType"] === "pss" ? "pss" : "pkcs1"}-${hash}` as Scheme;
  const salt = { sha256: 32, sha384: 48, sha512: 64 }[hash ?? ""];
  const pss = group["sigType"] === "pss";
  if (!SCHEME_NAMES.includes(scheme) || (pss && (group["saltLen"] !== salt || group["maskFunction"] !== "mgf1")))
    return undefined;
  const jwk = { kty: "RSA", n: url(text(group, "n")), e: url(text(group, "e").replace(/^0+/, "")) };
  return {
    scheme,
    format: "der",
    key: () => createPublicKey({ key: jwk, format: "jwk" }),
    signature: fromHex(text(row, "signature")),
  };
}

function ecdsa(group: Row, row: Row): Question | undefined {
  const crv = String(group["curve"]);
  const curve = CURVES[crv];
  if (curve === undefined || HASHES[String(group["hashAlg"])] !== curve.hash) return undefined;
  const { bytes, hash } = curve;
  const jwk = { kty: "EC", crv, x: url(padded(text(row, "qx"), bytes)), y: url(padded(text(row, "qy"), bytes)) };
  return {
    scheme: `ecdsa-${hash}` as Scheme,
    format: "p1363",
    key: () => createPublicKey({ key: jwk, format: "jwk" }),
    signature: concat(fromHex(padded(text(row, "r"), bytes)), fromHex(padded(text(row, "s"), bytes))),
  };
}

function eddsa(group: Row, row: Row): Question | undefined {
  if (group["curve"] !== "ED-25519" || group["preHash"] !== false) return undefined;
  const jwk = { kty: "OKP", crv: "Ed25519", x: url(text(row, "q")) };
  return {
    scheme: "ed25519",
    format: "der",
    key: () => createPublicKey({ key: jwk, format: "jwk" }),
    signature: fromHex(text(row, "signature")),
  };
}

describe.skipIf(!haveVectors)("NIST ACVP, through our own functions (needs the vectors)", () => {
  test.for([
    { folder: "RSA-SigVer-FIPS186-5", ask: rsa, total: 270 },
    { folder: "ECDSA-SigVer-FIPS186-5", ask: ecdsa, total: 196 },
    { folder: "EDDSA-SigVer-1.0", ask: eddsa, total: 20 },
  ])("$folder", ({ folder, ask, total }) => {
    const { testGroups } = readVectors<{ testGroups: Group[] }>("acvp", folder, "internalProjection.json.gz");
    const wrong: string[] = [];
    let [rows, withoutScheme] = [0, 0];
    for (const group of testGroups) {
      for (const row of Object(group)["tests"] as Row[]) {
        rows += 1;
        const question = ask(group, row);
        if (question === undefined) {
          withoutScheme += 1;
          continue;
        }
        const { scheme, format, signature } = question;
        const good = verifies(question.key, (key) =>
          verifyMessage(scheme, format, key, fromHex(text(row, "message")), signature),
        );
        if (good !== row["testPassed"]) wrong.push(`${row["tcId"]} ${row["reason"]}: ${good}`);
      }
    }
    publish(`acvp ${folder}`, { rows, withoutScheme });
    expect(wrong).toEqual([]);
    expect(rows).toBe(total);
    expect(rows - withoutScheme).toBeGreaterThan(4);
  });
});

/** Under a key that can't be read nothing verifies. */
function verifies(key: () => KeyObject, check: (key: KeyObject) => boolean): boolean {
  let read: KeyObject;
  try {
    read = key();
  } catch {
    return false;
  }
  return check(read);
}
