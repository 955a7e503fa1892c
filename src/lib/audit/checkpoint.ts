import type { KeyObject } from "node:crypto";
import { base64, fromBase64, fromHex, hex } from "../bytes.ts";
import { openNote, signNote } from "./signed-note.ts";

/** The head of an audit chain: how many entries, and the root of the tree over their hashes. */
export interface Checkpoint {
  vault: string;
  epoch: string;
  size: number;
  /** RFC 6962 tree hash, in hex. */
  root: string;
}

/** Name of the log and of its key: `conclave/VAULT-ID/EPOCH`. */
export function checkpointOrigin(vault: string, epoch: string): string {
  return `conclave/${vault}/${epoch}`;
}

/** A C2SP tlog-checkpoint signed by the host key. */
export function signCheckpoint(checkpoint: Checkpoint, hostKey: KeyObject): string {
  const origin = checkpointOrigin(checkpoint.vault, checkpoint.epoch);
  const text = `${origin}\n${checkpoint.size}\n${base64(fromHex(checkpoint.root))}\n`;
  return signNote(text, origin, hostKey);
}

/**
 * What a checkpoint says, if this host key signed it.
 * @param hostKey Ed25519 public key, 64 hex digits
 * @returns undefined for a bad signature, another key, or a malformed note
 */
export function openCheckpoint(note: string, hostKey: string): Checkpoint | undefined {
  const origin = note.slice(0, note.indexOf("\n"));
  const named = /^conclave\/([0-9a-f-]{36})\/([0-9a-f-]{36})$/.exec(origin);
  const text = openNote(note, origin, hostKey);
  const lines = text?.split("\n");
  if (named?.[1] === undefined || named[2] === undefined || lines?.length !== 4) return undefined;
  const [, size, root] = lines;
  if (size === undefined || root === undefined || !/^(?:0|[1-9][0-9]{0,15})$/.test(size)) return undefined;
  const bytes = decodeRoot(root);
  return bytes && { vault: named[1], epoch: named[2], size: Number(size), root: hex(bytes) };
}

function decodeRoot(text: string): Uint8Array | undefined {
  try {
    const bytes = fromBase64(text);
    return bytes.length === 32 ? bytes : undefined;
  } catch {
    return undefined;
  }
}
