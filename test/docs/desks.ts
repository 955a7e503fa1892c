import { copyFileSync, existsSync, globSync } from "node:fs";
import { basename, join } from "node:path";
import type { Terminal } from "../support/terminal.ts";
import { type Workspace, workspace } from "../support/workspace.ts";
import { type Page, ROOT } from "./page.ts";

/** Who has an own desk; the page writes bob where each writes the own name. */
export const CUSTODIANS = ["alice", "bob", "carol"] as const;

/** What each command asks of whoever runs it, in this order. */
const QUESTIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ["custodian enroll", ["new passphrase", "once more"]],
  ["custodian prove", ["identity passphrase", "type yes"]],
  ["plan approve", ["identity passphrase", "type yes"]],
  ["key create", ["new passphrase", "once more"]],
  ["plan execute", ["Passphrase of this plan's session"]],
]);

/** A machine with a shell on a terminal, and the person in front of it. */
class Machine implements AsyncDisposable {
  readonly place: Workspace;
  readonly #owner: string;
  readonly #terminal: Terminal;

  constructor(place: Workspace, owner: string) {
    this.place = place;
    this.#owner = owner;
    const env = {
      PATH: `${join(ROOT, "bin")}:${process.env["PATH"] ?? ""}`,
      CONCLAVE_VAULT: place.file("srv/conclave/vault"),
    };
    this.#terminal = place.terminalWith({ program: ["/bin/bash", "--noediting", "--norc"], env, cwd: "home" });
  }

  get folder(): string {
    return this.place.file("home");
  }

  get screen(): string {
    return this.#terminal.screen();
  }

  /** Run a block of the page in the shell, as a rehearsal, which opens quickly; and answer what its commands ask. */
  async follow(block: string, status: number): Promise<void> {
    const rehearsed = block.replace(/^conclave (?:init|custodian enroll)/gm, "$& --rehearsal");
    const script = await this.place.write("block.sh", rehearsed);
    this.#terminal.type(`(set -e; . "${script}"); echo "ended: $?"\r`);
    for (const [line, command = ""] of block.matchAll(/^conclave (\w+ \w+).*$/gm)) {
      if (line.includes("--plain-session")) continue;
      for (const question of QUESTIONS.get(command) ?? []) {
        await this.#terminal.waitFor(question, 60_000);
        this.#terminal.type(
          question === "type yes" ? "yes\r" : `seven herons over the ${this.#owner} of quiet lanterns\r`,
        );
      }
    }
    const end = await this.#terminal.waitFor(/ended: \d+/, 60_000);
    if (end !== `ended: ${status}`) throw new Error(`${this.#owner} wanted ${status}:\n${this.screen}`);
  }

  /** Files of these kinds that lie here. */
  files(pattern: string): string[] {
    return globSync(pattern, { cwd: this.folder });
  }

  /** Send a file to another machine, unless it is there. */
  send(file: string, to: Machine): void {
    const target = join(to.folder, basename(file));
    if (!existsSync(target)) copyFileSync(join(this.folder, file), target);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#terminal[Symbol.asyncDispose]();
    await this.place[Symbol.asyncDispose]();
  }
}

/** The vault's host and three desks, whose people follow a chapter: `sh host` blocks there, `sh desk` blocks at each desk. */
export class FourMachines implements AsyncDisposable {
  readonly host: Machine;
  readonly desks: ReadonlyMap<string, Machine>;

  private constructor(host: Machine, desks: ReadonlyMap<string, Machine>) {
    this.host = host;
    this.desks = desks;
  }

  static async set(): Promise<FourMachines> {
    const desks = new Map<string, Machine>();
    for (const name of CUSTODIANS) desks.set(name, new Machine(await workspace(), name));
    return new FourMachines(new Machine(await workspace(), "erin"), desks);
  }

  /** All blocks of the chapter, in their order; files travel after each. The number behind `host` is the exit status. */
  async follow(chapter: Page): Promise<void> {
    for (const [, where, status, block = ""] of chapter.text.matchAll(
      /^```sh (host|desk)(?: (\d+))?\n([^]*?)^```$/gm,
    )) {
      if (where === "host") await this.host.follow(this.#withWords(block), Number(status ?? 0));
      else {
        const own = (name: string) => block.replace(/\bbob\b/g, name);
        await Promise.all(Array.from(this.desks, ([name, desk]) => desk.follow(own(name), Number(status ?? 0))));
      }
      this.#post();
    }
  }

  get screen(): string {
    return [this.host, ...this.desks.values()].map(({ screen }) => screen).join("\n");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const machine of [this.host, ...this.desks.values()]) await machine[Symbol.asyncDispose]();
  }

  /** The telephone: what a custodian reads from the own screen. */
  #withWords(block: string): string {
    return block.replace(/the twelve words that (\w+) reads/g, (_, name: string) => {
      const [, words = ""] = /^Words +([a-z][a-z\s]*?)\n\n/m.exec(this.desks.get(name)?.screen ?? "") ?? [];
      return words.split(/\s+/).join(" ");
    });
  }

  /** The mail: what the page's table says of who sends what to whom. */
  #post(): void {
    for (const [name, desk] of this.desks) {
      for (const file of desk.files("*.{enrolment,proof,approval}")) desk.send(file, this.host);
      for (const file of this.host.files(`{*.{request,plan},out/${name}.share}`)) this.host.send(file, desk);
    }
  }
}
