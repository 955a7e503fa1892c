import * as Flags from "@oclif/core/flags";
import { base64, hex, utf8 } from "../bytes.ts";
import { ConclaveError } from "../errors.ts";
import { assertCreatable } from "../host/checked-file.ts";
import { outputPath } from "../host/planned-output.ts";
import { fileOf } from "./stream-output.ts";

/** How bytes are written: as they are, or as a line of text. */
const ENCODINGS = ["base64", "hex", "raw"] as const;

type Encoding = (typeof ENCODINGS)[number];

/** Flags of a command that makes some bytes: a signature, a MAC. */
export const outputFlags = {
  out: Flags.string({ char: "o", summary: "new file for it; without it, or as -, standard output", helpValue: "FILE" }),
  ...encodingFlag("how it is written"),
};

export function encodingFlag(summary: string) {
  return { encoding: Flags.option({ summary, options: ENCODINGS, default: "base64" as const })() };
}

export interface OutputFlags {
  out: string | undefined;
  encoding: Encoding;
}

/** Before anybody is asked. @throws ConclaveError EXISTS; USAGE raw bytes to a terminal, or beside a JSON document */
export function assertOutput({ out, encoding }: OutputFlags, json: boolean): void {
  const file = fileOf(out);
  if (file !== undefined) return assertCreatable(outputPath(file));
  if (encoding !== "raw") return;
  if (json) throw new ConclaveError("USAGE", "--json writes its document to standard output: give --out FILE");
  if (process.stdout.isTTY === true)
    throw new ConclaveError("USAGE", "raw bytes don't go to a terminal", {
      suggestions: ["Give --out FILE", "Or let it be written as text: --encoding base64"],
    });
}

/** The content of a file with what was made: the bytes themselves, or a line. */
export function encoded(bytes: Uint8Array, { encoding }: Pick<OutputFlags, "encoding">): Uint8Array {
  return encoding === "raw" ? bytes : utf8(`${textOf(bytes, encoding)}\n`);
}

/**
 * Show what was made on standard output.
 * @param print shows a line there
 */
export function printMade(
  bytes: Uint8Array,
  { encoding }: Pick<OutputFlags, "encoding">,
  print: (text: string) => void,
): void {
  if (encoding === "raw") process.stdout.write(bytes);
  else print(textOf(bytes, encoding));
}

function textOf(bytes: Uint8Array, encoding: "base64" | "hex"): string {
  return encoding === "hex" ? hex(bytes) : base64(bytes);
}
