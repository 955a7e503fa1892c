import type { KeyObject } from "node:crypto";
import { z } from "zod";
import { type Checkpoint, openCheckpoint } from "../audit/checkpoint.ts";
import { concat, utf8 } from "../bytes.ts";
import { labelled } from "../crypto/labels.ts";
import { sign, verify } from "../crypto/signature.ts";
import { canonicalJson, parseCanonicalJson } from "../json.ts";
import { LIMITS } from "../limits.ts";
import {
  digestSchema,
  idSchema,
  nameSchema,
  publicKeySchema,
  signatureSchema,
  textSchema,
  timestampSchema,
} from "../names.ts";
import { manifestProblem, manifestSchema } from "../quorum/manifest.ts";
import { handoversSchema } from "../quorum/seats.ts";
import { SCHEMA_VERSION } from "../storage/schema.ts";

/** Format of backups, the only one so far. */
const BACKUP_VERSION = 1;

const headSchema = z.strictObject({
  type: z.literal("backup"),
  version: z.literal(BACKUP_VERSION),
  /** Layout of the database in the payload. */
  schema: z.literal(SCHEMA_VERSION),
  vault: idSchema,
  /** What people call the vault. */
  name: nameSchema,
  epoch: idSchema,
  genesis: digestSchema,
  hostKey: publicKeySchema,
  /** Signed head of the chain in the payload. */
  checkpoint: z.string().max(1024),
  time: timestampSchema,
  /** What wrote it. */
  tool: textSchema,
  /** The generation of the root quorum that opens it, in full. */
  manifest: manifestSchema,
  /** By which its custodians went over to other keys since; not the host's to make. */
  handovers: handoversSchema,
  /** The other quorums in it. */
  quorums: z
    .array(
      z.strictObject({
        name: nameSchema,
        generation: z.int().positive(),
        threshold: z.int().min(2).max(LIMITS.custodians),
        custodians: z.int().min(2).max(LIMITS.custodians),
      }),
    )
    .max(LIMITS.remembered),
  /** The age file after the head: its bytes, and their SHA-256. */
  payload: z.strictObject({ size: z.int().positive(), sha256: digestSchema }),
});

/** What a backup says of itself in the clear: who opens it, and what must come out of it. */
export type BackupHead = z.infer<typeof headSchema>;

const signedSchema = z.strictObject({ head: headSchema, signature: signatureSchema });

/** Between the head and the payload: the head's line ends, and one that is empty. */
export const HEAD_END = utf8("\n\n");

/** What a backup begins with. */
export const HEAD_START = utf8('{"head":{');

/** The first bytes of a backup, up to its payload. */
export function writeHead(head: BackupHead, hostKey: KeyObject): Uint8Array {
  const signature = sign(hostKey, message(head));
  return concat(utf8(canonicalJson({ head, signature })), HEAD_END);
}

/**
 * A head that hangs together: the host key in it signed it, and its checkpoint and manifest are of one vault. Whether
 * that key is the vault's host's is another question.
 *
 * @param text without its end
 * @param refuse makes the error to be thrown
 */
export function parseHead(text: string, refuse: (problem: string) => Error): BackupHead {
  const future = newerFormat(text);
  if (future !== undefined) throw refuse(future);
  const { head, signature } = parseCanonicalJson(text, signedSchema, (problem) => refuse(`head: ${problem}`));
  if (!verify(head.hostKey, message(head), signature)) throw refuse("head: the signature is not the host key's");
  const checkpoint = openCheckpoint(head.checkpoint, head.hostKey);
  if (checkpoint?.vault !== head.vault || checkpoint.epoch !== head.epoch)
    throw refuse("head: its checkpoint is not this host's");
  const problem = manifestProblem(head.manifest);
  if (head.manifest.vault !== head.vault || problem !== undefined)
    throw refuse(`head: manifest: ${problem ?? "of another vault"}`);
  return head;
}

/** The head of the chain in a backup. @param head that `parseHead` accepted */
export function checkpointOf({ checkpoint, hostKey }: BackupHead): Checkpoint {
  const opened = openCheckpoint(checkpoint, hostKey);
  if (opened === undefined) throw new TypeError("a head without checkpoint");
  return opened;
}

/** Told apart from what is merely malformed, since a newer program reads it. */
function newerFormat(text: string): string | undefined {
  const version = Number(/,"version":([0-9]{1,9})\},"signature":"[0-9a-f]+"\}$/.exec(text)?.[1]);
  const schema = Number(/,"schema":([0-9]{1,9}),"time":/.exec(text)?.[1]);
  if (version > BACKUP_VERSION) return `made by a newer program: format ${version}, this one reads ${BACKUP_VERSION}`;
  if (schema > SCHEMA_VERSION) return `made by a newer program: schema ${schema}, this one reads ${SCHEMA_VERSION}`;
  return undefined;
}

function message(head: BackupHead): Uint8Array {
  return labelled("backup", canonicalJson(head));
}
