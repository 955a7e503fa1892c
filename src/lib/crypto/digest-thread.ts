import { Worker } from "node:worker_threads";

/** Bytes of memory that both threads see, so that a piece is copied once. */
const SLOT_BYTES = 1024 * 1024;
const SLOTS = 4;

/** A full slot, or that nothing more comes. */
type Question = { slot: number; length: number } | "end";
/** Which slot may be filled again, or the digest. */
type Answer = { slot: number } | { sha256: string };

/**
 * SHA-256 (FIPS 180-4) by a thread of its own, for what has other things to do with the same bytes. They are copied into
 * memory that both threads see and nobody wipes: only for what is no secret.
 */
export class DigestThread implements AsyncDisposable {
  readonly #slots = Array.from({ length: SLOTS }, () => new Uint8Array(new SharedArrayBuffer(SLOT_BYTES)));
  readonly #free = this.#slots.map((_, slot) => slot);
  readonly #worker: Worker;
  /** Whoever waits for the next answer, or for the thread's end. */
  #wake: () => void = () => undefined;
  #filling: { slot: number; length: number } | undefined;
  #failure: Error | undefined;
  #sha256: string | undefined;

  constructor() {
    const memory = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 };
    this.#worker = new Worker(`(${hashInThread.toString()})()`, {
      eval: true,
      workerData: this.#slots,
      resourceLimits: memory,
    });
    this.#worker.on("message", (answer: Answer) => {
      if ("slot" in answer) this.#free.push(answer.slot);
      else this.#sha256 = answer.sha256;
      this.#wake();
    });
    this.#worker.on("error", (error: Error) => {
      this.#failure = error;
      this.#wake();
    });
  }

  /** The next bytes. @param parts copied: they may be overwritten when the promise is fulfilled */
  async update(parts: readonly Uint8Array[]): Promise<void> {
    for (const part of parts) {
      for (let at = 0; at < part.length; ) {
        this.#filling ??= { slot: await this.#until(() => this.#free.pop()), length: 0 };
        const { slot, length } = this.#filling;
        const piece = part.subarray(at, at + SLOT_BYTES - length);
        this.#slots[slot]?.set(piece, length);
        this.#filling.length += piece.length;
        at += piece.length;
        if (this.#filling.length === SLOT_BYTES) this.#askForFilled();
      }
    }
  }

  /** After the last of them. @returns 64 lower-case hexadecimal digits */
  async digest(): Promise<string> {
    this.#askForFilled();
    this.#worker.postMessage("end" satisfies Question);
    return await this.#until(() => this.#sha256);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }

  #askForFilled(): void {
    if (this.#filling !== undefined) this.#worker.postMessage(this.#filling satisfies Question);
    this.#filling = undefined;
  }

  async #until<T>(found: () => T | undefined): Promise<T> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure;
      const value = found();
      if (value !== undefined) return value;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

/** What the thread runs: its text is all that it gets, so it names nothing outside of itself. */
function hashInThread(): void {
  const { parentPort, workerData } = process.getBuiltinModule("node:worker_threads");
  const hash = process.getBuiltinModule("node:crypto").createHash("sha256");
  const slots: readonly Uint8Array[] = workerData;
  parentPort?.on("message", (question: Question) => {
    if (question === "end") return parentPort.postMessage({ sha256: hash.digest("hex") } satisfies Answer);
    const bytes = slots[question.slot];
    if (bytes !== undefined) hash.update(bytes.subarray(0, question.length));
    parentPort.postMessage({ slot: question.slot } satisfies Answer);
  });
}
