import type { KeyObject } from "node:crypto";
import { checkpointOrigin } from "../audit/checkpoint.ts";
import { readNote, signatureLine, signNote } from "../audit/signed-note.ts";
import { utf8 } from "../bytes.ts";
import { sha256Hex } from "../crypto/digest.ts";
import { publicKeyOf } from "../crypto/signature.ts";
import { ConclaveError, IntegrityError } from "../errors.ts";
import { type TranscriptContent, writeTranscript } from "./transcript.ts";

/** Roles whose persons sign a transcript, each by an own key. */
export type SigningRole = Exclude<TranscriptContent["participants"][number]["role"], "administrator">;

/** SHA-256 of a transcript's text, without signatures: what the entry of the ceremony's end holds. */
export function transcriptDigest(text: string): string {
  return sha256Hex(utf8(text));
}

/** The name of the key of a custodian or witness below transcripts: `custodian/alice`. */
export function signerName(role: SigningRole, name: string): string {
  return `${role}/${name}`;
}

/** The name of the host's key below transcripts: the same as below its checkpoints. */
export function hostSignerName({ id, epoch }: { id: string; epoch: string }): string {
  return checkpointOrigin(id, epoch);
}

/**
 * A transcript as a signed note, with the host's signature.
 * @throws {RangeError} another host key than the content names
 */
export function signTranscript(content: TranscriptContent, hostKey: KeyObject): string {
  const { vault } = content;
  if (vault === null || publicKeyOf(hostKey) !== vault.hostKey)
    throw new RangeError("a transcript is signed by the host key that it names");
  return signNote(writeTranscript(content), hostSignerName(vault), hostKey);
}

/**
 * The same note with one more signature at its end; as it was if it has that signature.
 * @throws IntegrityError not a signed note
 */
export function addSignature(note: string, role: SigningRole, name: string, key: KeyObject): string {
  const read = readNote(note);
  if (read === undefined) throw new IntegrityError("transcript", "not a signed note");
  const line = signatureLine(read.text, signerName(role, name), key);
  return note.slice(read.text.length).includes(`\n${line}`) ? note : note + line;
}

/**
 * As whom a person signs a transcript: it must name the person's key.
 * @throws ConclaveError REFUSED the person isn't in it, in this role, or with another key
 */
export function signerOf(
  { participants }: TranscriptContent,
  { name, role, key }: { name: string; role: SigningRole; key: KeyObject },
): { role: SigningRole; name: string } {
  const own = participants.filter((participant) => participant.role === role && participant.name === name);
  if (own.some((participant) => participant.key === publicKeyOf(key))) return { role, name };
  const problem =
    own.length === 0
      ? `${name} is no ${role} in this transcript`
      : `the transcript names another key for ${role} ${name}`;
  throw new ConclaveError("REFUSED", problem, {
    suggestions:
      own.length === 0
        ? ["Sign the transcript of a ceremony in which you took part"]
        : ["Use the identity that you had at the ceremony"],
  });
}
