import * as Args from "@oclif/core/args";
import type { TranscriptContent } from "../../lib/ceremony/transcript.ts";
import { digestWords } from "../../lib/crypto/words.ts";
import { ConclaveCommand } from "../../lib/terminal/base-command.ts";
import { show } from "../../lib/terminal/escape.ts";
import { fields } from "../../lib/terminal/fields.ts";
import { readTranscriptFiles } from "../../lib/terminal/transcript-files.ts";

interface ShownTranscript {
  transcript: TranscriptContent;
  digest: string;
  words: string;
  /** Names of the keys that are said to have signed. */
  signatures: string[];
}

export default class TranscriptShow extends ConclaveCommand {
  static override summary = "Show what a transcript says, if it is one";
  static override description =
    "The text as it is signed, without its signatures, which are named and not verified. With --json, each part of it by name.";
  static override examples = ["<%= config.bin %> <%= command.id %> key-generation.transcript"];
  static override args = {
    file: Args.string({ description: "transcript", required: true }),
  };

  async run(): Promise<ShownTranscript> {
    const { args } = await this.parse(TranscriptShow);
    const { text, content, digest, signatures } = readTranscriptFiles([args.file]);
    const words = digestWords(digest);
    const names = signatures.map(({ name }) => name);
    const told = fields([
      ["SHA-256", digest],
      ["In words", words],
      ...(names.length === 0 ? [["Signatures", "none"] as const] : []),
      ...names.map((name): [string, string] => ["Signature", `${show(name)}, not verified`]),
    ]);
    this.result(`${text}\n${told}`); // whatever is foreign in the text was escaped when it was written
    this.note("not verified: conclave transcript verify does that");
    return { transcript: content, digest, words, signatures: names };
  }
}
