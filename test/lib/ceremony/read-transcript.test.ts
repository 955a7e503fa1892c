import { describe, expect, test } from "vitest";
import { signNote } from "../../../src/lib/audit/signed-note.ts";
import { utf8 } from "../../../src/lib/bytes.ts";
import { checkSignatures, readTranscripts, writeTogether } from "../../../src/lib/ceremony/read-transcript.ts";
import { addSignature, signerName, signerOf, signTranscript } from "../../../src/lib/ceremony/sign-transcript.ts";
import { type TranscriptContent, writeTranscript } from "../../../src/lib/ceremony/transcript.ts";
import { newHostKey, publicKeyOf } from "../../../src/lib/crypto/signature.ts";
import { refusalOf } from "../../support/refusal.ts";
import { SAMPLE_TRANSCRIPT, unnoticedChanges } from "../../support/transcripts.ts";

const [host, alice, walter, stranger] = [newHostKey(), newHostKey(), newHostKey(), newHostKey()];
const { vault } = SAMPLE_TRANSCRIPT;
if (vault === null) throw new TypeError("the sample has a vault");
const content: TranscriptContent = {
  ...SAMPLE_TRANSCRIPT,
  vault: { ...vault, hostKey: publicKeyOf(host) },
  participants: [
    { role: "custodian", name: "alice", quorum: "root", key: publicKeyOf(alice) },
    { role: "witness", name: "walter", quorum: null, key: publicKeyOf(walter) },
  ],
  steps: SAMPLE_TRANSCRIPT.steps.slice(0, 1),
};
const note = signTranscript(content, host);

function read(...notes: string[]) {
  return readTranscripts(notes.map((copy, index) => ({ path: `copy ${index + 1}`, bytes: utf8(copy) })));
}

function signersOf(...notes: string[]): string[] {
  return checkSignatures(read(...notes)).map(({ role, name }) => `${role} ${name}`);
}

test("whoever took part signs, each an own copy or one after the other", () => {
  const byAlice = addSignature(note, "custodian", "alice", alice);
  const byWalter = addSignature(note, "witness", "walter", walter);
  const byBoth = addSignature(byAlice, "witness", "walter", walter);
  expect(signersOf(note)).toEqual(["host vault-1"]);
  expect(signersOf(byBoth)).toEqual(["host vault-1", "custodian alice", "witness walter"]);
  expect(signersOf(byAlice, byWalter)).toEqual(signersOf(byBoth));
  expect(writeTogether(read(byAlice, byWalter))).toBe(byBoth);
  expect(addSignature(byAlice, "custodian", "alice", alice)).toBe(byAlice);
});

test("a transcript that nobody signed yet is read", () => {
  expect(signersOf(writeTranscript(content))).toEqual([]);
});

test("every one-character change of a signed transcript is found", () => {
  const signed = addSignature(note, "custodian", "alice", alice);
  expect(unnoticedChanges(signed, signersOf, 29)).toEqual([]); // all of them: test/proof/transcripts.test.ts
});

describe("is refused", () => {
  const text = writeTranscript(content);
  const line = (name: string, key: typeof host) => signNote(text, name, key).slice(text.length + 1);

  test.for([
    { what: "a signature of nobody in it", added: line("witness/mallory", stranger), name: "witness/mallory" },
    { what: "a name with another key", added: line("custodian/alice", stranger), name: "custodian/alice" },
    {
      what: "a witness as a custodian",
      added: line(signerName("custodian", "walter"), walter),
      name: "custodian/walter",
    },
    { what: "a custodian as a witness", added: line(signerName("witness", "alice"), alice), name: "witness/alice" },
    { what: "the host under another name", added: line("vault-1", host), name: "vault-1" },
  ])("$what", async ({ added, name }) => {
    expect(await refusalOf(() => signersOf(note + added))).toEqual({
      code: "INTEGRITY",
      message: `transcript: the signature of ${name} does not verify: the text or the signature was altered, or the transcript names another key`,
    });
  });

  test("S16: a signature under a key of small order, which fits every text", async () => {
    const key = `01${"00".repeat(31)}`;
    const small = { ...content, participants: [{ role: "custodian" as const, name: "alice", quorum: "root", key }] };
    const signed = signTranscript(small, host);
    const forged = addSignature(signed, "custodian", "alice", alice);
    expect(await refusalOf(() => signersOf(forged))).toMatchObject({ code: "INTEGRITY" });
  });

  test("copies of different transcripts", async () => {
    const other = signTranscript({ ...content, title: "Generate another key" }, host);
    expect(await refusalOf(() => read(note, other))).toEqual({
      code: "INTEGRITY",
      message: "copy 2: another text than that of copy 1: no copy of the same transcript",
    });
  });

  test("what isn't text", async () => {
    const bytes = Uint8Array.of(0xff);
    expect(await refusalOf(() => readTranscripts([{ path: "x", bytes }]))).toMatchObject({ message: "x: not UTF-8" });
  });

  test("to sign for another, or in another role, or what names another key", async () => {
    for (const [person, problem] of [
      [{ role: "witness", name: "mallory", key: stranger }, "mallory is no witness in this transcript"],
      [{ role: "custodian", name: "walter", key: walter }, "walter is no custodian in this transcript"],
      [{ role: "witness", name: "walter", key: stranger }, "the transcript names another key for witness walter"],
    ] as const)
      expect(await refusalOf(() => signerOf(content, person))).toEqual({ code: "REFUSED", message: problem });
  });

  test("another host key than the transcript names", () => {
    expect(() => signTranscript(content, stranger)).toThrow(RangeError);
  });
});
