import { copyFile } from "node:fs/promises";
import type { ShareDocument } from "../../src/lib/share/document.ts";
import { openShare } from "../../src/lib/terminal/share-file.ts";
import type { Seen } from "./seen.ts";
import { MadeVault } from "./vault.ts";
import { type Workspace, workspace } from "./workspace.ts";

const CUSTODIANS = ["alice", "bob", "carol"] as const;
export type Custodian = (typeof CUSTODIANS)[number];

/** Four machines, the vault's host and the desks of three who enrolled, and all that was seen on their screens. */
export class FourHomes implements AsyncDisposable {
  readonly host: Workspace;
  readonly desks: Readonly<Record<Custodian, Workspace>>;
  readonly seen: Seen[] = [];

  private constructor(host: Workspace, desks: Record<Custodian, Workspace>) {
    this.host = host;
    this.desks = desks;
  }

  /** Enrol three custodians, and found a rehearsal vault of 2 of 3, `V`, that waits for their proofs. */
  static async found(): Promise<FourHomes> {
    const desks = { alice: await workspace(), bob: await workspace(), carol: await workspace() };
    const homes = new FourHomes(await workspace(), desks);
    await eachCustodian(async (name) => {
      await desks[name].write("pass", `${homes.vault.passphrase(name)}\n`);
      const enrolment = ["--identity-out", `${name}.identity`, "--out", `${name}.enrolment`, "--rehearsal"];
      await homes.run(0, desks[name], "custodian", "enroll", name, ...enrolment, "--passphrase-file", `${name}=pass`);
      await homes.send(`${name}.enrolment`, desks[name], homes.host);
    });
    const seats = CUSTODIANS.flatMap((name) => ["--custodian", `${name}=${name}.enrolment`]);
    const init = ["init", "--vault", "V", "--rehearsal", "--threshold", "2", "--shares-dir", "S", "--yes"];
    await homes.run(10, homes.host, ...init, ...seats);
    for (const name of CUSTODIANS)
      await copyFile(homes.host.file(`S/${name}.share`), desks[name].file(`${name}.share`));
    return homes;
  }

  /** Let all three prove, so that the vault is in force. */
  async prove(): Promise<void> {
    await this.run(0, this.host, "custodian", "request", "--vault", "V", "--out", "first.request");
    await eachCustodian(async (name) => {
      await this.send("first.request", this.host, this.desks[name]);
      await this.run(
        0,
        this.desks[name],
        "custodian",
        "prove",
        "first.request",
        ...own(name),
        "--out",
        `${name}.proof`,
      );
      await this.send(`${name}.proof`, this.desks[name], this.host);
    });
    const proofs = CUSTODIANS.map((name) => `${name}.proof`);
    await this.run(0, this.host, "custodian", "confirm", ...proofs, "--vault", "V");
  }

  /** Let a custodian approve a plan file of the host's at the own desk, and send the answer, `NAME.PLAN`. */
  async approve(plan: string, name: Custodian, ...more: string[]): Promise<void> {
    await this.send(plan, this.host, this.desks[name]);
    await this.run(0, this.desks[name], "plan", "approve", plan, ...own(name), "--out", `${name}.${plan}`, ...more);
    await this.send(`${name}.${plan}`, this.desks[name], this.host);
  }

  async send(file: string, from: Workspace, to: Workspace): Promise<void> {
    await copyFile(from.file(file), to.file(file));
  }

  /** Run the program with all that it could tell a developer. @throws {Error} another exit status */
  async run(status: number, place: Workspace, ...args: string[]): Promise<Seen> {
    const seen = await place.runWith({ env: { DEBUG: "*" } }, ...args);
    this.seen.push(seen);
    if (seen.status !== status) throw new Error(`wanted exit status ${status}:\n${seen.toString()}`);
    return seen;
  }

  /** The host's vault, of which the custodians' desks open the shares. */
  get vault(): MadeVault {
    return new EnrolledVault(this.host, this.desks);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const place of [this.host, ...Object.values(this.desks)]) await place[Symbol.asyncDispose]();
  }
}

async function eachCustodian(act: (name: Custodian) => Promise<void>): Promise<void> {
  await Promise.all(CUSTODIANS.map(act));
}

/** What a custodian adds to each command at the own desk. */
export function own(name: Custodian): string[] {
  return ["--share", `${name}.share`, "--identity", `${name}.identity`, "--passphrase-file", `${name}=pass`, "--yes"];
}

class EnrolledVault extends MadeVault {
  readonly #desks: Readonly<Record<string, Workspace>>;

  constructor(host: Workspace, desks: Readonly<Record<string, Workspace>>) {
    super(host, CUSTODIANS);
    this.#desks = desks;
  }

  override get path(): string {
    return this.place.file("V");
  }

  override async document(name: string): Promise<ShareDocument> {
    const desk = this.#desks[name];
    if (desk === undefined) throw new TypeError(`${name} has no desk`);
    const passphrases = { files: new Map([[name, desk.file("pass")]]), warn: () => undefined };
    const identities = new Map([[name, desk.file(`${name}.identity`)]]);
    return openShare({ name, path: desk.file(`${name}.share`) }, { passphrases, identities });
  }
}
