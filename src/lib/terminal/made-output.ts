import { resolve } from "node:path";
import * as Flags from "@oclif/core/flags";
import { hex } from "../bytes.ts";
import { ConclaveError } from "../errors.ts";
import { assertCreatable } from "../host/checked-file.ts";
import { createFileDurably } from "../host/files.ts";

/** How bytes are written: as they are, or as a line of text. */
const ENCODINGS = ["base64", "hex", "raw"] as const;

type Encoding = (typeof ENCODINGS)[number];

/** Flags of a command that makes some bytes: a signature, a MAC. */
export const outputFlags = {
  out: Flags.string({ char: "o", summary: "new file for it; without it, standard output", helpValue: "FILE" }),
  encoding: Flags.option({ summary: "how it is written", options: ENCODINGS, default: "base64" as const })(),
};

export interface OutputFlags {
  out: string | undefined;
  encoding: Encoding;
}

/** Before anybody is asked. @throws ConclaveError EXISTS; USAGE raw bytes to a terminal, or beside a JSON document */
export function assertOutput({ out, encoding }: OutputFlags, json: boolean): void {
  if (out !== undefined) return assertCreatable(resolve(out));
  if (encoding !== "raw") return;
  if (json) throw new ConclaveError("USAGE", "--json writes its document to standard output: give --out FILE");
  if (process.stdout.isTTY === true)
    throw new ConclaveError("USAGE", "raw bytes don't go to a terminal", {
      suggestions: ["Give --out FILE", "Or let it be written as text: --encoding base64"],
    });
}

/**
 * Write what was made.
 * @param print shows a line on standard output
 */
export function writeMade(bytes: Uint8Array, { out, encoding }: OutputFlags, print: (text: string) => void): void {
  const text = encoding === "hex" ? hex(bytes) : Buffer.from(bytes).toString("base64");
  if (out !== undefined) createFileDurably(resolve(out), encoding === "raw" ? bytes : Buffer.from(`${text}\n`));
  else if (encoding === "raw") process.stdout.write(bytes);
  else print(text);
}
