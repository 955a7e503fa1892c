import { cp, mkdtemp, readFile, realpath } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ACTIONS, ENTRY_TYPES } from "../../src/lib/catalogue.ts";
import { systemClock } from "../../src/lib/clock.ts";
import type { Algorithm } from "../../src/lib/key/algorithm.ts";
import { type KeyRequest, planKeyCreate } from "../../src/lib/key/request.ts";
import type { PlannedAction } from "../../src/lib/quorum/action.ts";
import { executePlan } from "../../src/lib/quorum/execute.ts";
import type { Executed } from "../../src/lib/quorum/execute-approved.ts";
import { createVault } from "../../src/lib/quorum/genesis.ts";
import type { GenesisInteraction, Interaction } from "../../src/lib/quorum/interaction.ts";
import { preparePlan } from "../../src/lib/quorum/prepare.ts";
import { type Verification, type VerificationRequest, verifyVault } from "../../src/lib/quorum/verify-vault.ts";
import { readDocument, type ShareDocument } from "../../src/lib/share/document.ts";
import { openWithPassphrase } from "../../src/lib/share/sealed-file.ts";
import { openVault, type Surroundings, type Vault } from "../../src/lib/vault/vault.ts";
import { ScriptedPeople } from "./people.ts";
import { Workspace, workspace } from "./workspace.ts";

export interface FoundOptions {
  /** 2, if not given. */
  threshold?: number;
  /** alice, bob and carol, if not given. */
  custodians?: readonly string[];
  /** Quick to open; true, if not given. */
  rehearsal?: boolean;
  surroundings?: Partial<Surroundings>;
}

/**
 * Make a vault in process, in force, in a workspace of its own: `vault`, `shares/NAME.share`, `NAME.passphrase`, and
 * the state directory where the program looks for it. Removed at the end of the block.
 */
export async function foundVault(options: FoundOptions = {}): Promise<MadeVault> {
  process.execArgv.length = 0; // vitest preloads a module, which a process that handles secrets refuses
  const { threshold = 2, custodians = ["alice", "bob", "carol"], rehearsal = true } = options;
  const made = new MadeVault(await workspace(), custodians, options.surroundings);
  for (const name of custodians) await made.place.write(`${name}.passphrase`, `${made.passphrase(name)}\n`);
  const request = {
    path: made.path,
    name: "vault",
    threshold,
    custodians: custodians.map((name) => ({ name, shareFile: made.share(name) })),
    rehearsal,
  };
  const people: GenesisInteraction = {
    newPassphrase: async (name) => made.passphrase(name),
    provePassphrase: async (name) => made.passphrase(name),
    proofRefused: async () => false,
    proved: async () => {},
  };
  const vault = await createVault(request, made.surroundings, people);
  await vault[Symbol.asyncDispose]();
  return made;
}

/** A vault with all that opens it. */
export class MadeVault implements AsyncDisposable {
  readonly place: Workspace;
  readonly custodians: readonly string[];
  /** What the vault is opened with; a test may change them. */
  readonly surroundings: Surroundings;

  constructor(place: Workspace, custodians: readonly string[], surroundings: Partial<Surroundings> = {}) {
    this.place = place;
    this.custodians = custodians;
    const state = place.file("state/conclave");
    this.surroundings = { types: ENTRY_TYPES, clock: systemClock, lockTimeoutMs: 2000, ...surroundings, state };
  }

  /** Directory of the vault. */
  get path(): string {
    return this.place.file("vault");
  }

  /** This machine's memory. */
  get state(): string {
    return this.surroundings.state;
  }

  /** The database. */
  get database(): string {
    return join(this.path, "vault.db");
  }

  /** A custodian's share file. */
  share(name: string): string {
    return this.place.file(`shares/${name}.share`);
  }

  passphrase(name: string): string {
    return `${name}: seven ravens over the north sea`;
  }

  /** Flags by which custodians are at hand for a sensitive command. */
  flags(...names: string[]): string[] {
    const one = (name: string) => ["--share", this.share(name), ...this.passphraseFlags(name)];
    return [...names.flatMap(one), "--yes"];
  }

  passphraseFlags(...names: string[]): string[] {
    return names.flatMap((name) => ["--passphrase-file", `${name}=${this.place.file(`${name}.passphrase`)}`]);
  }

  /** @returns the caller's to dispose of */
  open(): Promise<Vault> {
    return openVault(this.path, this.surroundings);
  }

  /** The opened share file of a custodian; the caller's to dispose of. */
  async document(name: string): Promise<ShareDocument> {
    using text = await openWithPassphrase(await readFile(this.share(name)), this.passphrase(name));
    return readDocument(text);
  }

  /** These custodians come into the room, one after the other, and agree. */
  interaction(...names: string[]): ScriptedPeople {
    return new ScriptedPeople(
      names.map((name) => async () => ({
        document: await this.document(name),
        origin: this.share(name),
        claimed: name,
      })),
    );
  }

  /** Let custodians make a key in the first keyring. */
  createKey(name: string, approvers: readonly string[], algorithm?: Algorithm): Promise<Executed> {
    return this.createKeyWith(this.interaction(...approvers), name, algorithm);
  }

  async createKeyWith(people: Interaction, name: string, algorithm: Algorithm = "aes-256"): Promise<Executed> {
    return await this.performWith(people, async (vault) => [
      await planKeyCreate(vault.reader, { ...PLAIN_KEY, name, algorithm }),
    ]);
  }

  /** Let alice and bob perform what is planned over the opened vault, in one plan. */
  perform(planner: Planner): Promise<Executed> {
    return this.performWith(this.interaction("alice", "bob"), planner);
  }

  async performWith(people: Interaction, planner: Planner, reason = "a test"): Promise<Executed> {
    await using vault = await this.open();
    const prepared = await preparePlan(vault, ACTIONS, { actions: await planner(vault), reason });
    return await executePlan(vault, prepared, people);
  }

  /** Verify the whole vault, all signatures too. */
  async verify(request: Partial<VerificationRequest> = {}): Promise<Verification> {
    await using vault = await this.open();
    return await verifyVault(vault, {
      genesis: undefined,
      checkpoint: undefined,
      full: true,
      acceptRecovery: [],
      ...request,
    });
  }

  /** The same folder again, with the machine's memory, to be changed without harm. */
  async copy(): Promise<MadeVault> {
    const folder = await realpath(await mkdtemp(join(tmpdir(), "conclave-")));
    await cp(this.place.path, folder, { recursive: true });
    return new MadeVault(new Workspace(folder), this.custodians, this.surroundings);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.place[Symbol.asyncDispose]();
  }
}

/** Resolves names to the actions of one plan, as a command does. */
export type Planner = (vault: Vault) => Promise<readonly PlannedAction[]>;

/** What `key create NAME` asks for without further flags. */
export const PLAIN_KEY: Omit<KeyRequest, "name" | "algorithm"> = {
  keyring: "default",
  usages: undefined,
  tag: [],
  cryptoperiod: undefined,
  exportable: false,
};
