import type { Actions } from "../quorum/action.ts";
import type { Received } from "../quorum/execute.ts";
import type { Plan } from "../quorum/plan.ts";
import type { NewSession } from "../quorum/session.ts";
import type { GivenStreams } from "../vault/unlocked.ts";
import { openVault, type Surroundings, type Vault } from "../vault/vault.ts";
import type { HostChecks } from "./before.ts";
import { inputsOf } from "./progress.ts";
import type { RunLog } from "./run-log.ts";
import type { Input, Script } from "./script.ts";
import type { Stage } from "./stage.ts";

/** What a ceremony is held with on a host. */
export interface CeremonyHost {
  catalogue: Actions;
  around: Surroundings;
  /** Folder of the vault, absolute; it may not be there yet. */
  vault: string;
  /** This program and its version. */
  tool: string;
  checks: HostChecks;
  /** For custodians elsewhere. */
  elsewhere?: Elsewhere;
  /** Of a rehearsal. */
  rehearsing?: Rehearsing;
}

/** What a rehearsal brings along. */
export interface Rehearsing {
  /** What is usual for an input, instead of the script's default. */
  usual(name: string, input: Input): string;
  /** Makes what the script acts on, once its inputs are known. @param script with its inputs filled in */
  prepare(script: Script): Promise<void>;
}

/** How a run reaches custodians who are not in the room. */
export interface Elsewhere {
  /** Where the next plan is written, instead of gathering its quorum. */
  planOut: string | undefined;
  /** How long it can be executed, in milliseconds. */
  lifetime: number;
  newSession(rehearsal: boolean): Promise<NewSession>;
  /** Approvals that came. */
  approvals: Received["approvals"];
  /** What opens the shares in them. */
  identity(vault: string, plan: string): Promise<string>;
}

/** One run of a script: what it is, how far it has come, who is there. */
export interface Ceremony {
  log: RunLog;
  /** With the inputs filled in. */
  script: Script;
  host: CeremonyHost;
  stage: Stage;
}

/** Open the vault of a run. @param inputs files that an act may read. @returns the caller's to dispose of */
export function vaultOf(
  { host }: Pick<Ceremony, "host">,
  inputs: readonly string[] = [],
  streams?: GivenStreams,
): Promise<Vault> {
  return openVault(host.vault, { ...host.around, inputs, streams });
}

/** What custodians see of the ceremony in a plan. */
export function ceremonyOf({ log }: Pick<Ceremony, "log">): NonNullable<Plan["ceremony"]> {
  const { run: id, script, ceremony: name } = log.start;
  return { id, inputs: inputsOf(log), name, script };
}
