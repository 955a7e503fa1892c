import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { IntegrityError, isConclaveError } from "../errors.ts";
import { canonicalFile, parseCanonicalFile } from "../json.ts";
import { LIMITS } from "../limits.ts";
import { digestSchema, idSchema, publicKeySchema, timestampSchema } from "../names.ts";
import { createPrivateDirectory } from "./directory.ts";
import { ioExplained, readSmallFile, removeFileDurably, replaceFileDurably } from "./files.ts";

const ANCHOR = "anchor.json";
const NEXT_ANCHOR = "anchor.next.json";

const headSchema = z.strictObject({ size: z.int().positive(), root: digestSchema });

const anchorSchema = z.strictObject({
  version: z.literal(1),
  vault: idSchema,
  genesis: digestSchema,
  epoch: idSchema,
  hostKey: publicKeySchema,
  /** Whether this machine holds the vault, or is a custodian's own. */
  role: z.enum(["host", "desk"]),
  /** The largest head of the chain that this machine saw, and the time of the document that it came from. */
  head: headSchema,
  time: timestampSchema,
  /** The largest head up to which this machine verified every signature. */
  verified: headSchema.nullable(),
  /** Hashes of the manifests of quorums that this machine's shares belong to; on a host, of all. */
  manifests: z.array(digestSchema).max(LIMITS.remembered),
  /** Hashes of the entries of recoveries that people here accepted, by the paper of the ceremony. */
  recoveries: z.array(digestSchema).max(LIMITS.remembered),
  /** Hosts and epochs that a newer one replaced: never obeyed again. */
  replaced: z.array(z.strictObject({ hostKey: publicKeySchema, epoch: idSchema })).max(LIMITS.remembered),
});

/** What a machine remembers of a vault, outside it. */
export type Anchor = z.infer<typeof anchorSchema>;

/** The directory of all that a machine keeps about vaults; apart from the vaults on purpose. */
export function stateDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  const base = environment["XDG_STATE_HOME"];
  return join(
    base !== undefined && base.startsWith("/") ? base : join(environment["HOME"] ?? "/", ".local", "state"),
    "conclave",
  );
}

/** @returns undefined if this machine doesn't know the vault. @throws IntegrityError a malformed anchor */
export function loadAnchor(state: string, vault: string): Anchor | undefined {
  return readAnchor(join(state, vault, ANCHOR), vault);
}

/**
 * Write down what this machine is to remember as soon as a vault of this host key and epoch is there: it is about to be
 * restored, and until then what was remembered before holds.
 */
export function announceAnchor(state: string, anchor: Anchor): void {
  createPrivateDirectory(join(state, anchor.vault));
  replaceFileDurably(join(state, anchor.vault, NEXT_ANCHOR), canonicalFile(anchorSchema.parse(anchor)));
}

/** Remember what was announced, if the vault that is there is the announced one. */
export function adoptAnchor(state: string, vault: Pick<Anchor, "hostKey" | "epoch"> & { id: string }): void {
  const path = join(state, vault.id, NEXT_ANCHOR);
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return;
  const next = readAnchor(path, vault.id);
  if (next?.epoch !== vault.epoch || next.hostKey !== vault.hostKey) return;
  saveAnchor(state, next);
  removeFileDurably(path);
}

function readAnchor(path: string, vault: string): Anchor | undefined {
  let bytes: Uint8Array;
  try {
    bytes = readSmallFile(path, LIMITS.stateFileBytes);
  } catch (error) {
    if (isConclaveError(error, "NOT_FOUND")) return undefined;
    throw error;
  }
  const anchor = parseCanonicalFile(bytes, anchorSchema, (problem) => new IntegrityError(path, problem));
  if (anchor.vault !== vault) throw new IntegrityError(path, "is the anchor of another vault");
  return anchor;
}

/** Remember; never goes back to a smaller head of the same host. */
export function saveAnchor(state: string, anchor: Anchor): void {
  const known = loadAnchor(state, anchor.vault);
  const same = known?.epoch === anchor.epoch && known.hostKey === anchor.hostKey;
  if (same && known.head.size > anchor.head.size) return;
  createPrivateDirectory(join(state, anchor.vault));
  replaceFileDurably(join(state, anchor.vault, ANCHOR), canonicalFile(anchorSchema.parse(anchor)));
}

/** Forget a vault that never came into force. */
export function forgetAnchor(state: string, vault: string): void {
  removeFileDurably(join(state, vault, ANCHOR));
}

/** Host keys of all vaults that this machine remembers. */
export function knownHostKeys(state: string): string[] {
  if (lstatSync(state, { throwIfNoEntry: false }) === undefined) return [];
  const vaults = ioExplained(state, () => readdirSync(state)).filter((name) => idSchema.safeParse(name).success);
  return vaults.flatMap((vault) => loadAnchor(state, vault)?.hostKey ?? []);
}
