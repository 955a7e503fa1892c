import { Worker } from "node:worker_threads";
import { ConclaveError, systemErrorCode } from "../errors.ts";

/** Bytes of the largest piece: memory that both threads see, so that it is copied once. */
export const PIECE_BYTES = 1024 * 1024;
/** Pieces that may wait. */
const SLOTS = 4;

/** A full slot, to be hashed alone or after those before, or that nothing more comes. Each is answered by a digest, or "". */
type Question = { slot: number; length: number; alone: boolean } | "end";

/**
 * SHA-256 (FIPS 180-4) by a thread of its own, for what has other things to do with the same bytes: of pieces, each alone,
 * or of all together.
 */
export class HashThread implements AsyncDisposable {
  readonly #slots = Array.from({ length: SLOTS }, () => new Uint8Array(new SharedArrayBuffer(PIECE_BYTES)));
  readonly #worker: Worker;
  /** What wasn't answered yet, in its order. */
  readonly #asked: PromiseWithResolvers<string>[] = [];
  #online = false;
  #failure: unknown;
  /** The slot that is filled next. */
  #slot = 0;
  #filled = 0;

  /** @throws ConclaveError HOST_IO: the host lets this process have no more threads; later ones come with what is asked */
  constructor() {
    const memory = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 };
    const options = { eval: true, workerData: this.#slots, resourceLimits: memory };
    try {
      this.#worker = new Worker(`(${hashInThread.toString()})()`, options);
    } catch (error) {
      throw explainThread(error);
    }
    this.#worker.on("online", () => {
      this.#online = true;
    });
    this.#worker.on("message", (answer: string) => this.#asked.shift()?.resolve(answer));
    this.#worker.on("error", (error: unknown) => this.#fail(explainThread(error)));
    this.#worker.on("exit", () => this.#fail(new Error("the thread that hashes ended")));
  }

  /**
   * The digest of a piece alone.
   * @param piece `PIECE_BYTES` at most; copied
   * @returns 64 lower-case hexadecimal digits; undefined if the thread has enough to do: the caller is faster
   */
  tryHash(piece: Uint8Array): Promise<string> | undefined {
    if (!this.#online || this.#asked.length === SLOTS) return undefined;
    this.#slots[this.#slot]?.set(piece);
    return this.#askFor(piece.length, true);
  }

  /** The next bytes of all together. @param parts copied: they may be overwritten when the promise is fulfilled */
  async update(parts: readonly Uint8Array[]): Promise<void> {
    for (const part of parts) {
      for (let at = 0; at < part.length; ) {
        if (this.#filled === 0 && this.#asked.length === SLOTS) await this.#asked[0]?.promise;
        const piece = part.subarray(at, at + PIECE_BYTES - this.#filled);
        this.#slots[this.#slot]?.set(piece, this.#filled);
        this.#filled += piece.length;
        at += piece.length;
        if (this.#filled === PIECE_BYTES) this.#askForFilled();
      }
    }
  }

  /** After the last of them. @returns 64 lower-case hexadecimal digits */
  async digest(): Promise<string> {
    this.#askForFilled();
    return await this.#ask("end");
  }

  /** What the pieces were is wiped. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
    for (const slot of this.#slots) slot.fill(0);
  }

  #fail(failure: unknown): void {
    this.#failure ??= failure;
    for (const { reject } of this.#asked.splice(0)) reject(this.#failure);
  }

  #askForFilled(): void {
    if (this.#filled > 0) void this.#askFor(this.#filled, false);
    this.#filled = 0;
  }

  #askFor(length: number, alone: boolean): Promise<string> {
    const slot = this.#slot;
    this.#slot = (slot + 1) % SLOTS;
    return this.#ask({ slot, length, alone });
  }

  #ask(question: Question): Promise<string> {
    const answer = Promise.withResolvers<string>();
    answer.promise.catch(() => undefined); // whoever needs it awaits it, then or later
    if (this.#failure === undefined) this.#asked.push(answer);
    else answer.reject(this.#failure);
    this.#worker.postMessage(question);
    return answer.promise;
  }
}

/**
 * What kept the thread from starting, or ended it: the host is short of processes or memory, which somebody can mend.
 * Any other error as it is.
 */
export function explainThread(error: unknown): unknown {
  const code = systemErrorCode(error);
  if (code !== "ERR_WORKER_INIT_FAILED" && code !== "ERR_WORKER_OUT_OF_MEMORY") return error;
  return new ConclaveError("HOST_IO", `the host did not let a second thread of this process run (${code})`, {
    cause: error,
    suggestions: ["Allow more processes or memory: ulimit -u, pids.max and memory.max of the control group"],
  });
}

/** What the thread runs: its text is all that it gets, so it names nothing outside of itself. */
function hashInThread(): void {
  const { parentPort, workerData } = process.getBuiltinModule("node:worker_threads");
  const { createHash, hash } = process.getBuiltinModule("node:crypto");
  const all = createHash("sha256");
  const slots: readonly Uint8Array[] = workerData;
  const answerTo = (question: Question): string => {
    if (question === "end") return all.digest("hex");
    const bytes = slots[question.slot]?.subarray(0, question.length) ?? new Uint8Array(0);
    if (question.alone) return hash("sha256", bytes);
    all.update(bytes);
    return "";
  };
  parentPort?.on("message", (question: Question) => parentPort.postMessage(answerTo(question)));
}
