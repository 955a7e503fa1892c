import { z } from "zod";
import { utf8 } from "../bytes.ts";
import { ConclaveError, IntegrityError } from "../errors.ts";
import { canonicalJson, parseCanonicalJson } from "../json.ts";
import { LIMITS } from "../limits.ts";
import { idSchema } from "../names.ts";
import type { Reader } from "../storage/storage.ts";
import type { Row } from "../storage/tables.ts";
import { type ByteSource, LineSource } from "./line-source.ts";
import type { ChainSource } from "./verify.ts";

/** The first line of an exported chain. */
const headSchema = z.strictObject({
  entries: z.int().positive(),
  type: z.literal("chain"),
  vault: idSchema,
  version: z.literal(1),
});

/** The last one. */
const endSchema = z.strictObject({ checkpoint: z.string().max(LIMITS.noteLength) });

/** What stands in an exported chain, before anything of it is verified. */
export type ChainHead = z.infer<typeof headSchema>;

/** Bytes of the first and of the last line. */
const FRAME = 4 * LIMITS.noteLength;
/** Bytes of an entry of as many characters as one may have. */
const ENTRY = 3 * LIMITS.entryBytes;

/**
 * Write the chain as a file of lines: a head, each entry in canonical JSON as it is hashed, the signed checkpoint.
 *
 * @param reader of one moment (a snapshot)
 * @param put told of the bytes, some at a time
 * @returns how many entries there are
 * @throws IntegrityError there is no checkpoint
 */
export async function writeChainFile(reader: Reader, vault: string, put: (bytes: Uint8Array) => void): Promise<number> {
  const entries = (await reader.largest("entries", "sequence", {})) ?? 0;
  const note = (await reader.find("checkpoint", { id: 1 }))?.note;
  if (note === undefined || entries === 0) throw new IntegrityError("checkpoint", "missing");
  const head: ChainHead = { entries, type: "chain", vault, version: 1 };
  put(utf8(`${canonicalJson(head)}\n`));
  for await (const rows of reader.portions("entries")) put(utf8(rows.map(({ text }) => `${text}\n`).join("")));
  put(utf8(`${canonicalJson({ checkpoint: note })}\n`));
  return entries;
}

/** An exported chain that is being read, from its beginning to its end, once. */
export class ChainFile implements ChainSource {
  readonly path: string;
  readonly head: ChainHead;
  readonly #lines: LineSource;

  /**
   * @param path for messages
   * @throws ConclaveError INPUT_MALFORMED no exported chain
   */
  constructor(source: ByteSource, path: string) {
    this.path = path;
    this.#lines = new LineSource(source, (line, problem) => chainFileError(path, `line ${line} ${problem}`));
    this.head = this.#readHead();
  }

  /** How many entries it says that it has. */
  get total(): number {
    return this.head.entries;
  }

  /** The entries, one at a time. @throws IntegrityError there are fewer */
  async *entries(): AsyncIterable<readonly Row<"entries">[]> {
    for (let sequence = 1; sequence <= this.head.entries; sequence++) {
      const text = this.#lines.next(ENTRY);
      if (text === undefined) throw this.#cutOff(sequence - 1);
      if (text.startsWith('{"checkpoint":')) throw this.#cutOff(sequence - 1);
      yield [{ sequence, text }];
    }
  }

  /** The checkpoint, which follows the entries and ends the file. @throws IntegrityError */
  async checkpoint(): Promise<string> {
    const text = this.#lines.next(FRAME);
    if (text === undefined) throw chainFileError(this.path, "is cut off: it has no checkpoint");
    const { checkpoint } = parseCanonicalJson(text, endSchema, (problem) =>
      chainFileError(this.path, `line ${this.#lines.line}, the checkpoint: ${problem}`),
    );
    if (this.#lines.next(FRAME) === undefined) return checkpoint;
    throw chainFileError(this.path, `goes on after its end, in line ${this.#lines.line}`);
  }

  #readHead(): ChainHead {
    const refuse = (problem: string) =>
      new ConclaveError("INPUT_MALFORMED", `${this.path}: not an exported chain: ${problem}`, {
        suggestions: ["Give the file that conclave audit export --format chain wrote"],
      });
    let text: string | undefined;
    try {
      text = this.#lines.next(FRAME);
    } catch (error) {
      throw error instanceof ConclaveError ? refuse(error.message.replace(/^.*: (?=line 1)/, "")) : error;
    }
    if (text === undefined) throw refuse("empty");
    return parseCanonicalJson(text, headSchema, refuse);
  }

  #cutOff(found: number): IntegrityError {
    return chainFileError(this.path, `is cut off: ${found} of ${this.head.entries} entries are there`);
  }
}

function chainFileError(path: string, problem: string): IntegrityError {
  return new IntegrityError(path, problem, {
    suggestions: ["Compare the file's SHA-256 with that of whoever exported it", "If they agree, trust nothing in it"],
  });
}
