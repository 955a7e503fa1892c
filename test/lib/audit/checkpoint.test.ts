import { describe, expect, test } from "vitest";
import { checkpointOrigin, openCheckpoint, signCheckpoint } from "../../../src/lib/audit/checkpoint.ts";
import { signNote } from "../../../src/lib/audit/signed-note.ts";
import { generateSigningSeed, publicKeyOf, signingKey } from "../../../src/lib/crypto/signature.ts";

const VAULT = "0b0c5f5e-3a8e-4f0a-9f39-5d1c1b6d2a11";
const EPOCH = "7c9e6679-7425-40de-944b-e07fc1f90ae7";
const ORIGIN = `conclave/${VAULT}/${EPOCH}`;
const ROOT = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328";
const CHECKPOINT = { vault: VAULT, epoch: EPOCH, size: 8, root: ROOT };

using seed = generateSigningSeed();
const hostKey = signingKey(seed);
const publicKey = publicKeyOf(hostKey);

test("a checkpoint has the lines of C2SP tlog-checkpoint: origin, size, root in base64; and its host's signature", () => {
  const lines = signCheckpoint(CHECKPOINT, hostKey).split("\n");
  expect(lines.slice(0, 4)).toEqual([ORIGIN, "8", Buffer.from(ROOT, "hex").toString("base64"), ""]);
  expect(lines[4]).toMatch(new RegExp(`^— ${ORIGIN} [A-Za-z0-9+/]{91}=$`));
  expect(lines.slice(5)).toEqual([""]);
  expect(checkpointOrigin(VAULT, EPOCH)).toBe(ORIGIN);
});

test.for([0, 1, 8, 1_000_000, 999_999_999_999_999])("a checkpoint of %i entries opens as it was signed", (size) => {
  const checkpoint = { ...CHECKPOINT, size };
  expect(openCheckpoint(signCheckpoint(checkpoint, hostKey), publicKey)).toEqual(checkpoint);
});

test("another key opens nothing", () => {
  using other = generateSigningSeed();
  expect(openCheckpoint(signCheckpoint(CHECKPOINT, hostKey), publicKeyOf(signingKey(other)))).toBeUndefined();
});

describe("a note that the host key did sign is no checkpoint", () => {
  const root = Buffer.from(ROOT, "hex").toString("base64");

  test.for([
    { what: "another origin", text: `log/${VAULT}/${EPOCH}\n8\n${root}\n`, origin: `log/${VAULT}/${EPOCH}` },
    { what: "an origin without epoch", text: `conclave/${VAULT}\n8\n${root}\n`, origin: `conclave/${VAULT}` },
    { what: "an origin in upper case", text: `${ORIGIN.toUpperCase()}\n8\n${root}\n`, origin: ORIGIN.toUpperCase() },
    { what: "an origin other than the signer's name", text: `${ORIGIN}\n8\n${root}\n`, origin: "somebody" },
    { what: "a size with a leading zero", text: `${ORIGIN}\n08\n${root}\n`, origin: ORIGIN },
    { what: "a negative size", text: `${ORIGIN}\n-8\n${root}\n`, origin: ORIGIN },
    { what: "a size that is no number", text: `${ORIGIN}\neight\n${root}\n`, origin: ORIGIN },
    { what: "a size beyond 16 digits", text: `${ORIGIN}\n12345678901234567\n${root}\n`, origin: ORIGIN },
    { what: "a root in hexadecimal", text: `${ORIGIN}\n8\n${ROOT}\n`, origin: ORIGIN },
    { what: "a shorter root", text: `${ORIGIN}\n8\n${root.slice(4)}\n`, origin: ORIGIN },
    { what: "no root", text: `${ORIGIN}\n8\n`, origin: ORIGIN },
    { what: "a further line", text: `${ORIGIN}\n8\n${root}\nmore\n`, origin: ORIGIN },
    { what: "an empty line at its start", text: `\n${ORIGIN}\n8\n${root}\n`, origin: ORIGIN },
  ])("with $what", ({ text, origin }) => {
    expect(openCheckpoint(signNote(text, origin, hostKey), publicKey)).toBeUndefined();
  });

  test("nor is anything that isn't a note", () => {
    for (const text of ["", "\n", "\n\n", ORIGIN, `${ORIGIN}\n8\n${root}\n`]) {
      expect(openCheckpoint(text, publicKey)).toBeUndefined();
    }
  });
});

test("any one character changed, and it does not open, or says the same", () => {
  const note = signCheckpoint(CHECKPOINT, hostKey);
  for (let at = 0; at < note.length; at++) {
    const altered = `${note.slice(0, at)}${note[at] === "A" ? "B" : "A"}${note.slice(at + 1)}`;
    expect(openCheckpoint(altered, publicKey), `at ${at}`).toBeUndefined();
  }
});
