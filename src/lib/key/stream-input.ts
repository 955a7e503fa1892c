import { createHash, createHmac, type Hash, type Hmac } from "node:crypto";
import { z } from "zod";
import { ConclaveError } from "../errors.ts";
import { evenly, portionsOf, type Rereadable } from "../host/byte-source.ts";
import { FileSource } from "../host/stream-file.ts";
import { LIMITS } from "../limits.ts";
import { digestSchema, textSchema } from "../names.ts";
import type { Secret } from "../secret.ts";
import type { ActPlace } from "../vault/unlocked.ts";

const PORTION = 1024 * 1024;

type Progress = ((done: number, total: number) => void) | undefined;

const size = z.int().nonnegative();

/** What a plan says of an input that anybody may know: its name, for people; SHA-256 and bytes. */
export const publicInputSchema = z.strictObject({ name: textSchema, sha256: digestSchema, size });

/** What a plan says of a secret input: in place of SHA-256, HMAC-SHA-256 under a key that the host alone keeps. */
export const secretInputSchema = z.strictObject({ name: textSchema, hmac: digestSchema, size });

export type PublicInput = z.infer<typeof publicInputSchema>;
export type SecretInput = z.infer<typeof secretInputSchema>;

/** A file, which may be read several times. @throws ConclaveError NOT_FOUND, INPUT_MALFORMED (no regular file), HOST_IO */
export function fileInput(path: string): Rereadable {
  using source = new FileSource(path);
  return { size: source.size, open: () => new FileSource(path) };
}

export function publicDigest(): Hash {
  return createHash("sha256");
}

/** @param key of the plan; stays the caller's. @throws ConclaveError PLAN_INVALID: it isn't on this host (any more) */
export function secretDigest(key: Secret | undefined): Hmac {
  if (key !== undefined) return createHmac("sha256", key.reveal());
  throw new ConclaveError("PLAN_INVALID", "the key by which the plan knows its input is not on this host", {
    suggestions: ["Make the plan anew, and ask for new approvals"],
  });
}

/** @throws ConclaveError INPUT_MALFORMED, HOST_IO */
export async function describePublic(name: string, input: Rereadable, progress?: Progress): Promise<PublicInput> {
  return { name: shortened(name), sha256: await digest(input, publicDigest(), progress), size: input.size };
}

/** @param key stays the caller's. @throws ConclaveError INPUT_MALFORMED, HOST_IO */
export async function describeSecret(
  name: string,
  input: Rereadable,
  key: Secret | undefined,
  progress?: Progress,
): Promise<SecretInput> {
  return { name: shortened(name), hmac: await digest(input, secretDigest(key), progress), size: input.size };
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

async function digest(input: Rereadable, hash: Hash | Hmac, progress: Progress): Promise<string> {
  using source = input.open();
  let done = 0;
  for await (const portion of portionsOf(source, evenly(input.size, PORTION))) {
    hash.update(portion);
    done += portion.length;
    progress?.(done, input.size);
  }
  return hash.digest("hex");
}

function shortened(name: string): string {
  return name.slice(0, LIMITS.textLength).toWellFormed();
}
