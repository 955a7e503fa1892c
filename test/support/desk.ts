import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ACTIONS } from "../../src/lib/catalogue.ts";
import { saveAnchor } from "../../src/lib/host/anchor.ts";
import { loadSession } from "../../src/lib/host/sessions.ts";
import { type KeyRequest, planKeyCreate } from "../../src/lib/key/request.ts";
import type { PlannedAction } from "../../src/lib/quorum/action.ts";
import { prepareApproval } from "../../src/lib/quorum/approve.ts";
import { writeProofFile } from "../../src/lib/quorum/confirm.ts";
import { executePlanFile } from "../../src/lib/quorum/execute.ts";
import type { Executed } from "../../src/lib/quorum/execute-approved.ts";
import type { Interaction, PresentedShare } from "../../src/lib/quorum/interaction.ts";
import { keepPlan } from "../../src/lib/quorum/open-plans.ts";
import { type PlanFile, parsePlanFile } from "../../src/lib/quorum/plan-file.ts";
import { preparePlan, type Request } from "../../src/lib/quorum/prepare.ts";
import { parseProofRequest, prepareProof, writeProofRequest } from "../../src/lib/quorum/proof-request.ts";
import { newSession, openSession } from "../../src/lib/quorum/session.ts";
import { isRecoverable } from "../../src/lib/quorum/view-plan-file.ts";
import { type MadeVault, PLAIN_KEY } from "./vault.ts";

/** A plan as it went to the custodians. */
export interface SentPlan {
  file: PlanFile;
  bytes: Uint8Array;
}

/** What a custodian's machine goes by, if not by its own clock and without words. */
export interface AtDesk {
  now?: Date;
  words?: string;
}

/** A custodian's own machine: a share, and a memory of vaults that is not the host's. */
export class Desk {
  readonly name: string;
  /** Its XDG_STATE_HOME. */
  readonly home: string;
  /** Its state directory. */
  readonly state: string;
  readonly #made: MadeVault;

  /** @param memory name of the machine; the custodian's, if not given */
  constructor(made: MadeVault, name: string, memory = name) {
    this.#made = made;
    this.name = name;
    this.home = made.place.file(`desks/${memory}`);
    this.state = join(this.home, "conclave");
  }

  /** The caller's to dispose of. */
  async presented(): Promise<PresentedShare> {
    const { name } = this;
    return { document: await this.#made.document(name), origin: this.#made.share(name), claimed: name };
  }

  /** Approve a plan as `plan approve` does. @returns the approval file */
  async approve(bytes: Uint8Array, desk: AtDesk = {}): Promise<Uint8Array> {
    const presented = await this.presented();
    using _ = presented.document;
    const file = parsePlanFile(bytes);
    const ready = prepareApproval(file, presented, { ...this.#desk(desk), recoverable: isRecoverable(ACTIONS, file) });
    const approval = await ready.give();
    if (ready.anchor !== undefined) saveAnchor(this.state, ready.anchor);
    return approval;
  }

  /** Answer a request as `custodian prove` does. @returns the proof file */
  async prove(bytes: Uint8Array, desk: AtDesk = {}): Promise<Uint8Array> {
    const presented = await this.presented();
    using _ = presented.document;
    const ready = prepareProof(parseProofRequest(bytes), presented, this.#desk(desk));
    const proof = writeProofFile(ready.make());
    saveAnchor(this.state, ready.anchor);
    return proof;
  }

  #desk({ now = this.#made.surroundings.clock(), words }: AtDesk) {
    return { state: this.state, now, words };
  }
}

/** A request for proofs, as `custodian request` writes it. */
export async function sendRequest(made: MadeVault): Promise<Uint8Array> {
  await using vault = await made.open();
  return (await writeProofRequest(vault)).bytes;
}

/** A plan for a new key, as `key create --plan-out` writes it. */
export async function sendKeyPlan(
  made: MadeVault,
  key: Partial<KeyRequest> = {},
  request: Omit<Partial<Request>, "actions" | "session"> = {},
): Promise<SentPlan> {
  await using vault = await made.open();
  const wanted: KeyRequest = { ...PLAIN_KEY, name: "asked-for", algorithm: "aes-256", ...key };
  return await sendPlan(made, await planKeyCreate(vault.reader, wanted), request);
}

/** @param passphrase seals the plan's session; it is kept plain, if not given */
export async function sendPlan(
  made: MadeVault,
  action: PlannedAction,
  request: Omit<Partial<Request>, "actions" | "session"> = {},
  passphrase?: string,
): Promise<SentPlan> {
  await using vault = await made.open();
  const choice = passphrase === undefined ? ({ kept: "plain" } as const) : ({ kept: "sealed", passphrase } as const);
  const session = await newSession(choice, true);
  const asked = { actions: [action], reason: "a test", ...request, session };
  const bytes = keepPlan(vault, await preparePlan(vault, ACTIONS, asked), session);
  return { file: parsePlanFile(bytes), bytes };
}

/**
 * Execute a plan file with approval files, as `plan execute` does.
 * @param people who come into the room besides; nobody, if not given
 */
export async function executeSent(
  made: MadeVault,
  file: PlanFile,
  approvals: readonly Uint8Array[],
  people: Interaction = made.interaction(),
  passphrase = "none",
): Promise<Executed> {
  await using vault = await made.open();
  return await executePlanFile(vault, ACTIONS, file, people, {
    approvals: approvals.map((bytes, i) => ({ origin: `${i + 1}.approval`, bytes })),
    identity: async () =>
      openSession(loadSession(vault.state, vault.identity.id, file.plan.id), async () => passphrase),
  });
}

/** Where the host keeps what opens the shares of a plan's approvals. */
export function sessionPath(made: MadeVault, { plan }: PlanFile): string {
  return join(made.state, plan.vault, "sessions", plan.id);
}

/** Where the host keeps its own copy of an open plan. */
export function keptPlanPath(made: MadeVault, { plan }: PlanFile): string {
  return join(made.path, "plans", `${plan.id}.plan`);
}

/** The identity of a plan's session that is kept plain. */
export function plainIdentity(made: MadeVault, file: PlanFile): string {
  const session: unknown = JSON.parse(readFileSync(sessionPath(made, file), "utf8"));
  return String((session as { identity: unknown }).identity);
}
