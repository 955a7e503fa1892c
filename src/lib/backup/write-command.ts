import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { ConclaveError, systemErrorCode } from "../errors.ts";
import { type BackupSource, partsOf } from "./backup-source.ts";

/** Characters kept of what a command says, for the message when it fails. */
const TOLD = 2000;

/**
 * Give a backup to a shell command on its standard input; `{name}` in it stands for the backup's file name.
 *
 * @returns SHA-256 of what it was given
 * @throws ConclaveError HOST_IO: it can't be run, ended before it took everything, or ended with another status than 0
 */
export async function writeToCommand(
  command: string,
  source: BackupSource,
  progress?: (done: number, total: number) => void,
): Promise<string> {
  const child = spawn("/bin/sh", ["-c", command.replaceAll("{name}", source.name)], { stdio: "pipe" });
  let told = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (bytes: Buffer) => {
      told = (told + bytes.toString()).slice(-TOLD);
    });
  const ended = new Promise<string | undefined>((resolve) => {
    child.once("error", (error) => resolve(`could not be run (${systemErrorCode(error) ?? error.name})`));
    child.once("close", (status, signal) => resolve(status === 0 ? undefined : `ended with ${signal ?? status}`));
  });
  const hash = createHash("sha256");
  const hashed = function* () {
    for (const part of partsOf(source, progress)) {
      hash.update(part);
      yield part;
    }
  };
  let untaken: unknown;
  try {
    await pipeline(Readable.from(hashed(), { objectMode: false }), child.stdin);
  } catch (error) {
    untaken = error;
    if (systemErrorCode(error) !== "EPIPE") child.kill(); // it must not take what it has for the whole
  }
  const problem = await ended;
  if (problem === undefined && untaken === undefined) return hash.digest("hex");
  const last = told.trim().split("\n").at(-1) ?? "";
  const why = problem ?? "ended before it took the whole backup";
  throw new ConclaveError("HOST_IO", `exec: the command ${why}${last === "" ? "" : `: ${last}`}`, {
    cause: untaken,
    suggestions: ["Run the command by hand with a small file on its standard input"],
  });
}
