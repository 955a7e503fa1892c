import { resolve } from "node:path";
import * as Flags from "@oclif/core/flags";
import { ConclaveError } from "../errors.ts";
import { evenly, portionsOf } from "../host/byte-source.ts";
import { assertCreatable } from "../host/checked-file.ts";
import { outputPath } from "../host/planned-output.ts";
import { Spool } from "../host/spool.ts";
import { StagedFile } from "../host/staged-file.ts";
import type { ActOutput, Destination } from "../vault/unlocked.ts";
import { writeResult } from "./output.ts";

const PORTION = 1024 * 1024;

export const streamOutputFlag = {
  out: Flags.string({ char: "o", summary: "new file; without it, or as -, standard output", helpValue: "FILE" }),
};

/** Before anybody is asked. @throws ConclaveError EXISTS; USAGE bytes to a terminal, or beside a JSON document */
export function assertStreamOutput(out: string | undefined, json: boolean): void {
  assertDestination(out, false, json);
}

/** As `assertStreamOutput`. @param text whether what goes there are lines of ASCII, which a terminal may show */
export function assertDestination(out: string | undefined, text: boolean, json: boolean): void {
  const file = fileOf(out);
  if (file !== undefined) return assertCreatable(outputPath(file));
  if (json) throw new ConclaveError("USAGE", "--json writes its document to standard output: give --out FILE");
  if (!text && process.stdout.isTTY === true)
    throw new ConclaveError("USAGE", "the bytes don't go to a terminal", { suggestions: ["Give --out FILE"] });
}

/** The file that `--out` names; undefined: standard output. @throws ConclaveError USAGE it is written as a folder */
export function fileOf(out: string | undefined): string | undefined {
  if (out?.endsWith("/") === true)
    throw new ConclaveError("USAGE", `--out ${out}: a folder, wanted the name of a new file`);
  return out === undefined || out === "-" ? undefined : resolve(out);
}

/**
 * Where what an act makes goes: to a file that appears when the act is durable, or to standard output, which gets its
 * first byte then.
 * @param folder private to us, on a disk that has room for what standard output waits for
 */
export function streamDestination(out: string | undefined, folder: string): Destination {
  const file = fileOf(out);
  return file === undefined ? { begin: () => beginSpool(folder) } : { file };
}

/** The same for what is small and sealed already: what waits for standard output is held in memory. */
export function smallDestination(out: string | undefined): Destination {
  const file = fileOf(out);
  return file === undefined ? { begin: beginHeld } : { file };
}

/** Begin to write what needs no plan. @param folder as of `streamDestination` */
export function beginStream(out: string | undefined, folder: string): ActOutput {
  const file = fileOf(out);
  return file === undefined ? beginSpool(folder) : new StagedFile(file);
}

function beginSpool(folder: string): ActOutput {
  const spool = new Spool(folder);
  return {
    write: (parts) => spool.write(parts),
    finish: async () => {},
    publish: () => copyOut(spool),
    [Symbol.asyncDispose]: async () => spool[Symbol.dispose](),
  };
}

function beginHeld(): ActOutput {
  const held: Uint8Array[] = [];
  return {
    write: async (parts) => void held.push(...parts),
    finish: async () => {},
    publish: async () => {
      for (const part of held) writeResult(part);
      return undefined;
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

async function copyOut(spool: Spool): Promise<undefined> {
  using source = spool.open();
  for await (const portion of portionsOf(source, evenly(spool.size, PORTION))) writeResult(portion);
}
