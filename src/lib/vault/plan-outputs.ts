import { dirname } from "node:path";
import { fromHex, hex } from "../bytes.ts";
import { Gmac } from "../crypto/gmac.ts";
import { randomHex } from "../crypto/random.ts";
import { ConclaveError, isConclaveError } from "../errors.ts";
import { syncDirectory } from "../host/files.ts";
import { type RecordedOutput, removeOutputRecord, saveOutputRecord } from "../host/output-record.ts";
import { outputPath, removeOutput } from "../host/planned-output.ts";
import { StagedFile } from "../host/staged-file.ts";
import { OutputLock } from "./output-lock.ts";
import type { ActOutput, Destination } from "./unlocked.ts";
import type { Vault } from "./vault.ts";

/** A file that a plan made. */
export interface MadeFile {
  path: string;
  /** Whether it has another name than it should, which was taken while the plan was executed. */
  displaced: boolean;
}

/**
 * What one plan makes outside of the vault. Each file stands in the plan's record before it is begun, with its GMAC
 * before the plan is executed: whatever ends the process, the next one that writes the vault finishes or removes it.
 */
export class PlanOutputs implements AsyncDisposable {
  readonly #vault: Vault;
  readonly #plan: string;
  readonly #destination: Destination | undefined;
  /** As recorded, by path. */
  readonly #made = new Map<string, RecordedOutput["made"]>();
  readonly #staged = new Map<string, StagedFile>();
  readonly #others = new AsyncDisposableStack();
  readonly #abandon = () => void leavingIo(() => this.#clear());
  #lock: OutputLock | undefined;
  /** Whether the record has outputs that were given up. */
  #stale = false;
  /** Whether the plan may have been executed. */
  #kept = false;
  #published = false;

  constructor(vault: Vault, plan: string, destination: Destination | undefined) {
    this.#vault = vault;
    this.#plan = plan;
    this.#destination = destination;
  }

  /** Begins an output; undefined if nobody said where it goes. What it begins stays owned here. */
  get begin(): (() => ActOutput) | undefined {
    const destination = this.#destination;
    if (destination === undefined) return undefined;
    return "file" in destination
      ? () => this.#beginFile(destination.file)
      : () => this.#others.use(destination.begin());
  }

  /**
   * Look at everything once more, right before the plan is executed: from here on it stays, whatever comes.
   * @throws ConclaveError EXISTS: a name was taken meanwhile; HOST_IO: a file was removed or replaced
   */
  keep(): void {
    if ([...this.#made.values()].includes(null)) throw new TypeError("an output that was not finished");
    if (this.#stale) this.#save();
    for (const staged of this.#staged.values()) staged.keep();
    process.off("exit", this.#abandon);
    this.#kept = true;
  }

  /**
   * Let what the executed plan made appear.
   * @throws ConclaveError HOST_IO, EXISTS: the next process that writes the vault tries again
   */
  async publish(outputs: readonly ActOutput[]): Promise<MadeFile[]> {
    const files: MadeFile[] = [];
    for (const output of outputs) {
      const path = await output.publish();
      if (path === undefined) continue;
      const displaced = !this.#made.has(path);
      files.push({ path, displaced });
      if (displaced) this.#vault.warn?.(`${path}: the name that it should have was taken while the plan was executed`);
    }
    this.#published = true;
    await leavingIo(() => this.#forget());
    return files;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    process.off("exit", this.#abandon);
    await this.#others.disposeAsync();
    for (const staged of this.#staged.values()) await leavingIo(() => staged[Symbol.asyncDispose]());
    if (this.#lock === undefined) return;
    using _ = this.#lock; // its file stays with what is left for the next process
    if (this.#published || (this.#kept && !(await this.#isRefused()))) return;
    await leavingIo(() => this.#clear());
  }

  #beginFile(file: string): ActOutput {
    const path = outputPath(file);
    if (this.#made.has(path)) throw new ConclaveError("USAGE", `${path}: the plan would make it twice`);
    if (this.#lock === undefined) {
      this.#lock = OutputLock.take(this.#place, this.#vault.lockTimeoutMs);
      process.once("exit", this.#abandon);
    }
    this.#record(path, null);
    const staged = new StagedFile(path, this.#plan);
    this.#staged.set(path, staged);

    const key = randomHex(32);
    const gmac = new Gmac(fromHex(key));
    let size = 0;
    return {
      write: async (parts) => {
        for (const part of parts) {
          gmac.update(part);
          size += part.length;
        }
        await staged.write(parts);
      },
      finish: async () => {
        await staged.finish();
        syncDirectory(dirname(path)); // by this name it is found again
        this.#record(path, { size, key, gmac: hex(gmac.tag()) });
      },
      publish: () => staged.publish(),
      [Symbol.asyncDispose]: async () => {
        if (this.#kept) return;
        await staged[Symbol.asyncDispose]();
        this.#staged.delete(path);
        this.#stale = this.#made.delete(path);
      },
    };
  }

  get #place() {
    return { state: this.#vault.state, vault: this.#vault.identity.id, plan: this.#plan };
  }

  #record(path: string, made: RecordedOutput["made"]): void {
    this.#made.set(path, made);
    this.#save();
  }

  #save(): void {
    this.#stale = false;
    const { state, ...place } = this.#place;
    const outputs = Array.from(this.#made, ([name, of]) => ({ path: name, made: of }));
    saveOutputRecord(state, { version: 1, ...place, outputs });
  }

  #forget(): void {
    const { state, vault, plan } = this.#place;
    if (this.#lock === undefined) return;
    removeOutputRecord(state, vault, plan);
    this.#lock.remove();
  }

  /** Remove all that was begun of a plan that is not executed. */
  #clear(): void {
    const fates = Array.from(this.#made.keys(), (path) => removeOutput({ path }, this.#plan));
    if (fates.every(({ kind }) => kind !== "stuck")) this.#forget();
  }

  /** Whether the plan was not executed, as far as the vault can be read. */
  async #isRefused(): Promise<boolean> {
    try {
      return (await this.#vault.reader.find("plans", { id: this.#plan }))?.outcome !== "executed";
    } catch (error) {
      if (isConclaveError(error)) return false;
      throw error;
    }
  }
}

/** Run what takes something away, and leave to the next process what the disk doesn't let be done. */
async function leavingIo(run: () => void | Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!isConclaveError(error, "HOST_IO")) throw error;
  }
}
