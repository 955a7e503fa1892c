import { existsSync } from "node:fs";
import { join } from "node:path";
import { utf8 } from "../bytes.ts";
import { randomHex } from "../crypto/random.ts";
import { digestWords } from "../crypto/words.ts";
import { createFileDurably } from "../host/files.ts";
import type { Surroundings } from "../vault/vault.ts";
import type { CeremonyHost } from "./ceremony.ts";

/** Custodians of a rehearsal, any two of whom can act. */
export const REHEARSAL_CUSTODIANS = ["alice", "bob", "carol"] as const;

/** A throwaway place in which a script is rehearsed, with its own state directory; a folder to be removed as a whole. */
export interface Rehearsal {
  folder: string;
  /** Of the vault. */
  vault: string;
  /** For XDG_STATE_HOME. */
  stateHome: string;
  /** A backup that was made for it, where the script restores one. */
  backup: string | undefined;
  /** Custodians whose shares were made for it, before step 1. */
  custodians: readonly string[];
}

/** How a rehearsal is set up. */
export interface RehearsalOptions {
  host: Pick<CeremonyHost, "catalogue" | "tool">;
  around: Omit<Surroundings, "state">;
  /** Whether people play the roles: then each custodian's passphrase is the own name, else a long one. */
  attended: boolean;
}

/** One action step, as a script would say it. */
export interface RehearsedAct {
  action: string;
  with: Record<string, string | boolean>;
}

/** The passphrase file of a custodian; made when it is asked for first. */
export function passphraseFile({ folder }: Pick<Rehearsal, "folder">, name: string, attended: boolean): string {
  const file = join(folder, "passphrases", name);
  if (!existsSync(file)) createFileDurably(file, utf8(`${attended ? name : digestWords(randomHex(32))}\n`));
  return file;
}

/** Where the share of a custodian lies. */
export function shareFileOf({ folder }: Pick<Rehearsal, "folder">, name: string): string {
  return join(folder, "sticks", `${name}.share`);
}

/** Where this machine's memory of the rehearsal lies. */
export function rehearsalState({ stateHome }: Pick<Rehearsal, "stateHome">): string {
  return join(stateHome, "conclave");
}
