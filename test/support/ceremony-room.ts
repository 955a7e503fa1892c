import { join } from "node:path";
import { hex } from "../../src/lib/bytes.ts";
import type { Script, Step } from "../../src/lib/ceremony/script.ts";
import { aesCmac } from "../../src/lib/crypto/cmac.ts";
import type { Terminal } from "./terminal.ts";

/** Long enough for a backup to be proved, on a busy machine. */
const PATIENCE = 60_000;

/** Whoever plays in an unattended rehearsal too, so that both have the same transcript. */
const ADMINISTRATORS = [
  ["Ada Quill", "AQ"],
  ["Ben Rook", "BR"],
] as const;
const WITNESSES = [
  ["Wilma Stone", "WS"],
  ["Xaver Thorn", "XT"],
  ["Yara Vale", "YV"],
] as const;

/** The people of a rehearsal in front of a terminal: they answer what a script asks, step by step. */
export class CeremonyRoom {
  readonly #terminal: Terminal;
  readonly #script: Script;
  /** Where shares lie that were made before, and new ones. */
  readonly #sticks: string;
  readonly #shares: string;
  /** Who has a new share. */
  readonly #renewed = new Set<string>();
  /** Custodians with a part in it, who are asked to sign. */
  readonly #signers = new Set<string>();

  constructor(terminal: Terminal, script: Script, sticks: string, shares: string) {
    this.#terminal = terminal;
    this.#script = script;
    this.#sticks = sticks;
    this.#shares = shares;
  }

  /** Inputs as they are usual, then who is there. */
  async enter(): Promise<void> {
    for (const name of Object.keys(this.#script.inputs)) await this.#say(`? ${name}:`, "", `✔ ${name}:`);
    await this.introduce();
  }

  /** The administrators, the witnesses, the clock. */
  async introduce(): Promise<void> {
    const { administrator, witnesses } = this.#script.roles;
    for (const [name, initials] of ADMINISTRATORS.slice(0, administrator)) await this.#introduce(name, initials, false);
    for (const [name, initials] of WITNESSES.slice(0, witnesses)) await this.#introduce(name, initials, true);
    await this.readClock();
  }

  async readClock(): Promise<void> {
    const asked = this.#script.before.some((before) => "host" in before && before.host.clock !== undefined);
    if (asked) await this.#say("What time is it", new Date().toISOString().slice(11, 16), "✔ What time");
  }

  /** All steps from one on. @param from index */
  async takeAll(from = 0): Promise<void> {
    for (let index = from; index < this.#script.steps.length; index++) await this.take(index);
  }

  async take(index: number): Promise<void> {
    await this.#terminal.waitFor(`Step ${index + 1} of ${this.#script.steps.length}`, PATIENCE);
    if (this.isOfMachine(index)) {
      await this.begin();
      await this.act(index);
    }
    await this.tick(index);
  }

  /** Whether the machine waits to be told to begin. */
  isOfMachine(index: number): boolean {
    const step = this.#step(index);
    return !("read" in step || "check" in step);
  }

  async begin(): Promise<void> {
    await this.#say("Enter to begin", "", "✔ Enter to begin");
  }

  async tick(index: number): Promise<void> {
    const initials = this.#step(index).who === "witnesses" && this.#script.roles.witnesses > 0 ? "WS" : "AQ";
    await this.#say("Done? Initials of", initials, "✔ Done?", PATIENCE);
  }

  /** What custodians do while the machine does its part. */
  async act(index: number): Promise<void> {
    const step = this.#step(index);
    if ("genesis" in step) await this.#receiveShares(step.genesis["custodians"]);
    if ("rekey" in step) {
      await this.approve();
      await this.#receiveShares(step.rekey["custodians"]);
    }
    if ("import" in step) await this.#typeComponents(Number(step.import["components"]));
    const approved = ["restore", "prove", "import", "export"].some((kind) => kind in step);
    if (approved || this.#isFirstAction(index)) await this.approve();
    if ("drill" in step) await this.#drill();
  }

  /** Custodians approve a plan, whoever is asked for first, and one says the last word. */
  async approve(): Promise<void> {
    for (;;) {
      const asked = await this.#terminal.waitFor(/nobody: stop here|Type (.+?) to execute/, PATIENCE);
      const word = /Type (.+?) to execute/.exec(asked)?.[1];
      if (word !== undefined) this.#terminal.type(word);
      this.#terminal.enter();
      if (word !== undefined) return;
      await this.present();
    }
  }

  /** The custodian who was chosen names the share file and types the passphrase. */
  async present(): Promise<void> {
    const asked = await this.#terminal.waitFor(/([a-z]+): where is your share file/);
    const name = /([a-z]+): where/.exec(asked)?.[1] ?? "";
    this.#signers.add(name);
    this.#terminal.type(join(this.#renewed.has(name) ? this.#shares : this.#sticks, `${name}.share`));
    this.#terminal.enter();
    await this.#terminal.waitFor(`${name}: your passphrase`);
    this.#terminal.type(name);
    this.#terminal.enter();
  }

  /** Whoever is there and has a key signs the transcript. */
  async sign(): Promise<void> {
    if (!this.#script.after.some(({ sign }) => sign.includes("custodians"))) return;
    const signers = this.#signers.size;
    for (let i = 0; i < signers; i++) await this.#comeWithShare();
  }

  async #introduce(name: string, initials: string, witness: boolean): Promise<void> {
    await this.#say("Name of ", name, "✔ Name of ");
    await this.#say(`Initials of ${name}`, initials, "✔ Initials of");
    if (witness) await this.#say(`${name}'s enrolment file`, "", "✔ ");
  }

  async #receiveShares(custodians: unknown): Promise<void> {
    const names = Array.isArray(custodians) ? custodians.map(String) : ["alice", "bob", "carol"];
    for (const name of names) {
      for (const question of ["new passphrase", "once more"]) {
        await this.#terminal.waitFor(`${name}: ${question}`, PATIENCE);
        this.#terminal.type(name);
        this.#terminal.enter();
      }
    }
    for (const name of names) {
      await this.#terminal.waitFor(`${name}: your passphrase`, PATIENCE);
      this.#terminal.type(name);
      this.#terminal.enter();
      await this.#terminal.waitFor(`${name} proved the share`, PATIENCE);
      this.#renewed.add(name);
      this.#signers.add(name);
    }
  }

  /** Custodians type components of an AES-256 key, each alone and hidden, and compare what stands on the own form. */
  async #typeComponents(count: number): Promise<void> {
    for (let number = 1; number <= count; number++) {
      const form = Uint8Array.from({ length: 32 }, (_, place) => (number * 31 + place * 7) % 256);
      const checkValue = hex(aesCmac(form, new Uint8Array(16)).subarray(0, 5));
      await this.#terminal.waitFor(`Component ${number} of ${count}: who types it?`, PATIENCE);
      await this.#choose();
      await this.#terminal.waitFor(`component ${number}: `);
      this.#terminal.type(hex(form));
      this.#terminal.enter();
      await this.#terminal.waitFor(`Check value of component ${number}: ${checkValue}`);
      await this.#terminal.waitFor("Does it agree with the one on your form?");
      await this.#choose();
      if (this.#terminal.raw().includes(hex(form))) throw new Error(`component ${number} shows`);
    }
    await this.#terminal.waitFor(`All ${count} components were typed`);
  }

  /** What a list offers first. */
  async #choose(): Promise<void> {
    await this.#terminal.waitFor("select");
    this.#terminal.enter();
  }

  async #drill(): Promise<void> {
    for (let i = 0; i < 3; i++) await this.#comeWithShare();
  }

  async #comeWithShare(): Promise<void> {
    await this.#terminal.waitFor("not here, or later", PATIENCE);
    this.#terminal.enter();
    await this.present();
  }

  async #say(question: string, text: string, answered: string, patience?: number): Promise<void> {
    await this.#terminal.waitFor(question, patience);
    this.#terminal.type(text);
    this.#terminal.enter();
    await this.#terminal.waitFor(answered);
  }

  #isFirstAction(index: number): boolean {
    return "action" in this.#step(index) && this.#script.steps.findIndex((step) => "action" in step) === index;
  }

  #step(index: number): Step {
    const step = this.#script.steps[index];
    if (step === undefined) throw new RangeError(`no step ${index}`);
    return step;
  }
}
