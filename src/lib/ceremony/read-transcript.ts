import { isSignedBy, type NoteSignature, readNote, writeSignature } from "../audit/signed-note.ts";
import { fromUtf8 } from "../bytes.ts";
import { isSoundPublicKey } from "../crypto/signature.ts";
import { IntegrityError, isConclaveError } from "../errors.ts";
import { parseTranscript } from "./parse-transcript.ts";
import { hostSignerName, type SigningRole, signerName, transcriptDigest } from "./sign-transcript.ts";
import type { TranscriptContent } from "./transcript.ts";

/** A transcript as it was read: its text, what that says, and the signatures below it, not verified. */
export interface ReadTranscript {
  text: string;
  content: TranscriptContent;
  /** SHA-256 of the text. */
  digest: string;
  signatures: readonly NoteSignature[];
}

/** Whose signature was found good, under a key that the transcript itself names. */
export interface GoodSignature {
  role: "host" | SigningRole;
  name: string;
  key: string;
}

/**
 * Read a transcript, or several copies of one that carry signatures of different people: the signatures of all of them.
 *
 * @param copies at least one
 * @throws IntegrityError with the path: not a transcript, not as it is written, or not the same text as the first
 */
export function readTranscripts(copies: readonly { path: string; bytes: Uint8Array }[]): ReadTranscript {
  const read = copies.map(({ path, bytes }) => ({ path, ...readOne(path, bytes) }));
  const [first, ...others] = read;
  if (first === undefined) throw new RangeError("no transcript");
  const strange = others.find(({ text }) => text !== first.text);
  if (strange !== undefined)
    throw new IntegrityError(strange.path, `another text than that of ${first.path}: no copy of the same transcript`, {
      suggestions: ["Verify each by itself", "Compare them: conclave transcript show"],
    });
  const signatures = new Map(
    read.flatMap((copy) => copy.signatures).map((signature) => [Object.values(signature).join(" "), signature]),
  );
  return {
    text: first.text,
    content: first.content,
    digest: transcriptDigest(first.text),
    signatures: [...signatures.values()],
  };
}

/** The note with all signatures, as a file of its own. */
export function writeTogether({ text, signatures }: ReadTranscript): string {
  return `${text}\n${signatures.map(writeSignature).join("")}`;
}

/**
 * Verify each signature, by the key that the transcript names for its signer. Whose keys these are, it can't prove.
 * @throws IntegrityError a signature is bad, or of nobody whose key the transcript names
 */
export function checkSignatures({ text, content, signatures }: ReadTranscript): GoodSignature[] {
  const signers = signersOf(content);
  return signatures.map((signature) => {
    const signer = signers.find((known) => known.noteName === signature.name && isSignedBy(text, signature, known.key));
    if (signer === undefined)
      throw new IntegrityError(
        "transcript",
        `the signature of ${signature.name} does not verify: the text or the signature was altered, or the transcript names another key`,
        { suggestions: ["Look for another copy, and compare"] },
      );
    const { role, name, key } = signer;
    return { role, name, key };
  });
}

function signersOf(content: TranscriptContent): (GoodSignature & { noteName: string })[] {
  const { vault, participants, host } = content;
  const own =
    vault === null ? [] : [{ role: "host" as const, name: host, key: vault.hostKey, noteName: hostSignerName(vault) }];
  const people = participants.flatMap(({ role, name, key }) =>
    role === "administrator" || key === null ? [] : [{ role, name, key, noteName: signerName(role, name) }],
  );
  return [...own, ...people].filter(({ key }) => isSoundPublicKey(key));
}

function readOne(path: string, bytes: Uint8Array): Pick<ReadTranscript, "text" | "content" | "signatures"> {
  let note: string;
  try {
    note = fromUtf8(bytes);
  } catch {
    throw new IntegrityError(path, "not UTF-8", SUGGESTIONS);
  }
  const { text, signatures } = readNote(note) ?? { text: note, signatures: [] };
  try {
    return { text, signatures, content: parseTranscript(text) };
  } catch (cause) {
    if (!isConclaveError(cause)) throw cause;
    throw new IntegrityError(path, cause.message, { ...SUGGESTIONS, cause });
  }
}

const SUGGESTIONS = {
  suggestions: ["Use the file as the ceremony wrote it: nothing may be added, folded or converted"],
};
