import { createHash } from "node:crypto";
import { z } from "zod";
import { HashThread, PIECE_BYTES } from "../crypto/hash-thread.ts";
import { PieceHmac } from "../crypto/piece-hmac.ts";
import { type BytesCheck, SameBytes } from "../crypto/same-bytes.ts";
import { ConclaveError } from "../errors.ts";
import { evenly, portionsOf, type Rereadable } from "../host/byte-source.ts";
import { FileSource } from "../host/stream-file.ts";
import { digestSchema, shortened, textSchema } from "../names.ts";
import type { Secret } from "../secret.ts";
import type { ActPlace, ActStreams } from "../vault/unlocked.ts";

type KnownInput = Pick<ActStreams, "inputKey" | "read">;
type Progress = ((done: number, total: number) => void) | undefined;
/** What a digest is made of, part by part. */
interface Hashing {
  update(part: Uint8Array): unknown;
  digest(encoding: "hex"): string | Promise<string>;
}

const size = z.int().nonnegative();

/** What a plan says of an input that anybody may know: its name, for people; SHA-256 and bytes. */
export const publicInputSchema = z.strictObject({ name: textSchema, sha256: digestSchema, size });

/** What a plan says of a secret input: in place of SHA-256, HMAC of its pieces under a key that the host alone keeps. */
export const secretInputSchema = z.strictObject({ name: textSchema, hmac: digestSchema, size });

export type PublicInput = z.infer<typeof publicInputSchema>;
export type SecretInput = z.infer<typeof secretInputSchema>;

/** A file, which may be read several times. @throws ConclaveError NOT_FOUND, INPUT_MALFORMED (no regular file), HOST_IO */
export function fileInput(path: string): Rereadable {
  using source = new FileSource(path);
  return { size: source.size, open: () => new FileSource(path) };
}

/** @param streams of the act, which come to know what was read. @throws ConclaveError INPUT_MALFORMED, HOST_IO */
export async function describePublic(
  name: string,
  input: Rereadable,
  streams?: KnownInput,
  progress?: Progress,
): Promise<PublicInput> {
  return {
    name: shortened(name),
    sha256: await digest(input, createHash("sha256"), streams, progress),
    size: input.size,
  };
}

/** @param streams of the act, with the key; they come to know what was read. @throws ConclaveError INPUT_MALFORMED, HOST_IO */
export async function describeSecret(
  name: string,
  input: Rereadable,
  streams: KnownInput,
  progress?: Progress,
): Promise<SecretInput> {
  await using thread = new HashThread();
  const hmac = new PieceHmac(keyOf(streams), thread);
  return { name: shortened(name), hmac: await digest(input, hmac, streams, progress), size: input.size };
}

/** Whether what is read is the input of a plan. */
export function checkPublic(streams: ActStreams | undefined, { sha256 }: PublicInput): BytesCheck {
  return readBefore(streams, sha256) ?? checkDigest(createHash("sha256"), sha256);
}

/** Whether what is read is the input of a plan. @throws ConclaveError PLAN_INVALID: its key isn't on this host (any more) */
export function checkSecret(streams: ActStreams | undefined, { hmac }: SecretInput): BytesCheck {
  return readBefore(streams, hmac) ?? checkDigest(new PieceHmac(keyOf(streams)), hmac);
}

/** What was given to an act and has as many bytes as a plan says: what came through a pipe, then files in their order. */
export function* inputsOf(place: ActPlace | undefined, size: number): Generator<Rereadable> {
  const spool = place?.streams?.spool;
  if (spool?.size === size) yield spool;
  for (const path of place?.inputs ?? []) {
    const input = fileInput(path);
    if (input.size === size) yield input;
  }
}

/** Nothing that was given is what the plan names. */
export function noSuchInput({ name, size }: { name: string; size: number }, digest: string): ConclaveError {
  return new ConclaveError("USAGE", `the plan is of ${name}, ${size} bytes, ${digest}: no such input was given`, {
    suggestions: ["Give it as it was when the plan was made: --in FILE"],
  });
}

async function digest(
  input: Rereadable,
  hash: Hashing,
  streams: KnownInput | undefined,
  progress: Progress,
): Promise<string> {
  using source = input.open();
  const bytes = new SameBytes();
  let done = 0;
  for await (const portion of portionsOf(source, evenly(input.size, PIECE_BYTES))) {
    hash.update(portion);
    bytes.update(portion);
    done += portion.length;
    progress?.(done, input.size);
  }
  const made = await hash.digest("hex");
  if (streams !== undefined) streams.read = { digest: made, bytes };
  return made;
}

function readBefore(streams: ActStreams | undefined, wanted: string): BytesCheck | undefined {
  return streams?.read?.digest === wanted ? streams.read.bytes.check() : undefined;
}

function checkDigest(hash: Hashing, wanted: string): BytesCheck {
  return { update: (bytes) => hash.update(bytes), holds: async () => (await hash.digest("hex")) === wanted };
}

function keyOf(streams: KnownInput | undefined): Secret {
  const key = streams?.inputKey;
  if (key !== undefined) return key;
  throw new ConclaveError("PLAN_INVALID", "the key by which the plan knows its input is not on this host", {
    suggestions: ["Make the plan anew, and ask for new approvals"],
  });
}
