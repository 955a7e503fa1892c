import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openNote, signNote } from "../../../src/lib/audit/signed-note.ts";
import { generateSigningSeed, publicKeyOf, signingKey } from "../../../src/lib/crypto/signature.ts";
import { Secret } from "../../../src/lib/secret.ts";

/**
 * Example of the package golang.org/x/mod/sumdb/note, whose format C2SP signed-note is: PRIVATE+KEY+PeterNeumann+c74f20a3+…
 * and PeterNeumann+c74f20a3+…; the first byte of each is the signature type.
 */
const PRIVATE_KEY = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const VERIFIER_KEY = "ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const NAME = "PeterNeumann";
const TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const SIGNATURE =
  "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

const publicKey = withoutType(VERIFIER_KEY).toString("hex");
using seed = new Secret(Uint8Array.from(withoutType(PRIVATE_KEY)));
const key = signingKey(seed);
const note = `${TEXT}\n${SIGNATURE}`;

function withoutType(base64: string): Buffer {
  return Buffer.from(base64, "base64").subarray(1);
}

test("the published note is made, and opens", () => {
  expect(publicKeyOf(key)).toBe(publicKey);
  expect(signNote(TEXT, NAME, key)).toBe(note);
  expect(openNote(note, NAME, publicKey)).toBe(TEXT);
});

test("any text comes back, blank lines and all", () => {
  using other = generateSigningSeed();
  const own = signingKey(other);
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("a", "é", "—", " ", "\n", "—\n", "\n\n") }), (words) => {
      const text = `${words}\n`;
      expect(openNote(signNote(text, "n", own), "n", publicKeyOf(own))).toBe(text);
    }),
  );
});

describe("a note does not open", () => {
  const stranger = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"; // RFC 8032, 7.1, test 1

  test.for([
    { what: "another letter in the text", altered: note.replace("cryptography", "Cryptography") },
    { what: "a line more in the text", altered: note.replace("\n\n", "\nor do you?\n\n") },
    { what: "a line less in the text", altered: note.slice(note.indexOf("\n") + 1) },
    { what: "no text", altered: `\n${SIGNATURE}` },
    { what: "no signature", altered: `${TEXT}\n` },
    { what: "no blank line", altered: `${TEXT}${SIGNATURE}` },
    { what: "no line feed at the end", altered: note.slice(0, -1) },
    { what: "another letter in the signature", altered: note.replace("ZJkuBS", "ZJkuBT") },
    { what: "another key id", altered: note.replace("x08go", "y08go") },
    { what: "another name", altered: note.replace("— Peter", "— Petra") },
    { what: "a hyphen in place of the dash", altered: note.replace("— ", "- ") },
    { what: "two spaces", altered: note.replace("Neumann x08", "Neumann  x08") },
    { what: "a signature cut short", altered: note.replace("RyyBwJnAM=", "Ry") },
    { what: "a signature that is too long", altered: note.replace("BwJnAM=", "BwJnAMAA") },
    { what: "a signature in another alphabet", altered: note.replace("x08go/", "x08go_") },
    { what: "a signature in a second spelling", altered: note.replace("JnAM=", "JnAN=") },
    { what: "CR LF", altered: note.replaceAll("\n", "\r\n") },
    { what: "nothing", altered: "" },
  ])("with $what", ({ altered }) => {
    expect(openNote(altered, NAME, publicKey)).toBeUndefined();
  });

  test("under another key or another name", () => {
    expect(openNote(note, NAME, stranger)).toBeUndefined();
    expect(openNote(note, "Petra", publicKey)).toBeUndefined();
    expect(openNote(note, "", publicKey)).toBeUndefined();
  });
});

test("signatures of others beside it are ignored", () => {
  using other = generateSigningSeed();
  const [, theirs] = signNote(TEXT, "someone.example", signingKey(other)).split("\n\n");
  expect(openNote(`${TEXT}\n${theirs}${SIGNATURE}`, NAME, publicKey)).toBe(TEXT);
  expect(openNote(`${TEXT}\n${SIGNATURE}${theirs}`, NAME, publicKey)).toBe(TEXT);
  expect(openNote(`${TEXT}\n${theirs}`, NAME, publicKey)).toBeUndefined();
});

test("the text ends at the last blank line: signatures of an inner note are text", () => {
  using other = generateSigningSeed();
  const outer = signNote(note, "outer", signingKey(other));
  expect(openNote(outer, "outer", publicKeyOf(signingKey(other)))).toBe(note);
  expect(openNote(outer, NAME, publicKey)).toBeUndefined();
});
