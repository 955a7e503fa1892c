import { generateKeyPairSync } from "node:crypto";
import { chmodSync, linkSync, readFileSync, renameSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { utf8 } from "../../../src/lib/bytes.ts";
import { generateSigningSeed, publicKeyOf, sign, signingKey, verify } from "../../../src/lib/crypto/signature.ts";
import { hostKeyPath, loadHostKey, saveHostKey } from "../../../src/lib/host/host-key.ts";
import { LIMITS } from "../../../src/lib/limits.ts";
import { type Workspace, workspace } from "../../support/workspace.ts";

let place: Workspace;
let file: string;
using seed = generateSigningSeed();
const key = signingKey(seed);

beforeEach(async () => {
  place = await workspace();
  file = hostKeyPath(place.path);
  saveHostKey(place.path, key);
});

afterEach(async () => {
  await place[Symbol.asyncDispose]();
});

test("a host key is loaded as it was saved, from a private file in PEM", () => {
  const loaded = loadHostKey(place.path);
  expect(publicKeyOf(loaded)).toBe(publicKeyOf(key));
  expect(verify(publicKeyOf(key), utf8("a"), sign(loaded, utf8("a")))).toBe(true);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, "utf8")).toMatch(/^-----BEGIN PRIVATE KEY-----\n[^-]+-----END PRIVATE KEY-----\n$/);
});

test("H2: one that is there is never overwritten", () => {
  const before = readFileSync(file);
  expect(() => saveHostKey(place.path, key)).toThrow(expect.objectContaining({ code: "EXISTS" }));
  expect(readFileSync(file).equals(before)).toBe(true);
});

test.for<{ what: string; change: () => void; code: string; problem: string }>([
  {
    what: "readable by others",
    change: () => chmodSync(file, 0o644),
    code: "HOST_PREFLIGHT",
    problem: "has mode 0644",
  },
  {
    what: "with a second name",
    change: () => linkSync(file, place.file("second")),
    code: "HOST_PREFLIGHT",
    problem: "has a second name",
  },
  {
    what: "a symbolic link",
    change: () => {
      renameSync(file, place.file("real"));
      symlinkSync(place.file("real"), file);
    },
    code: "HOST_PREFLIGHT",
    problem: "is a symbolic link",
  },
  { what: "missing", change: () => renameSync(file, place.file("away")), code: "NOT_FOUND", problem: "no such file" },
  { what: "empty", change: () => writeFileSync(file, ""), code: "INTEGRITY", problem: "not a private key in PEM" },
  { what: "a text", change: () => writeFileSync(file, "key"), code: "INTEGRITY", problem: "not a private key in PEM" },
  {
    what: "cut off",
    change: () => writeFileSync(file, readFileSync(file).subarray(0, 60)),
    code: "INTEGRITY",
    problem: "not a private key in PEM",
  },
  {
    what: "a public key",
    change: () => writeFileSync(file, generateKeyPairSync("ed25519").publicKey.export({ format: "pem", type: "spki" })),
    code: "INTEGRITY",
    problem: "not a private key in PEM",
  },
  {
    what: "a key of another algorithm",
    change: () =>
      writeFileSync(
        file,
        generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "pem", type: "pkcs8" }),
      ),
    code: "INTEGRITY",
    problem: "not an Ed25519 key",
  },
  {
    what: "too large",
    change: () => writeFileSync(file, " ".repeat(LIMITS.stateFileBytes + 1)),
    code: "INPUT_MALFORMED",
    problem: "at most",
  },
])("a host key that is $what is refused", ({ change, code, problem }) => {
  change();
  expect(() => loadHostKey(place.path)).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(problem) }),
  );
});

test("no error tells anything of the key", () => {
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replace("MC4", "MC5"));
  try {
    loadHostKey(place.path);
    expect.unreachable();
  } catch (error) {
    const body = text.split("\n")[1] ?? "";
    expect(`${String(error)} ${JSON.stringify(error)} ${String((error as Error).cause)}`).not.toContain(
      body.slice(8, 40),
    );
  }
});
