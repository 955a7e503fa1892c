import { expect, test } from "vitest";
import { utf8 } from "../../src/lib/bytes.ts";
import { checkSignatures, readTranscripts } from "../../src/lib/ceremony/read-transcript.ts";
import { signTranscript } from "../../src/lib/ceremony/sign-transcript.ts";
import { newHostKey, publicKeyOf } from "../../src/lib/crypto/signature.ts";
import { SAMPLE_TRANSCRIPT, unnoticedChanges } from "../support/transcripts.ts";

test("every one-character change of a signed transcript is found", { timeout: 300_000 }, () => {
  const { vault } = SAMPLE_TRANSCRIPT;
  if (vault === null) throw new TypeError("the sample has a vault");
  const host = newHostKey();
  const content = { ...SAMPLE_TRANSCRIPT, vault: { ...vault, hostKey: publicKeyOf(host) } };
  const signersOf = (note: string) =>
    checkSignatures(readTranscripts([{ path: "copy", bytes: utf8(note) }])).map(({ name }) => name);
  expect(unnoticedChanges(signTranscript(content, host), signersOf, 1)).toEqual([]);
});
