import { lstatSync, realpathSync, type Stats, unlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fromHex } from "../bytes.ts";
import { equalBytes } from "../crypto/constant-time.ts";
import { Gmac } from "../crypto/gmac.ts";
import { ConclaveError, isConclaveError, systemErrorCode } from "../errors.ts";
import { evenly, portionsOf } from "./byte-source.ts";
import { ioExplained, linkExclusively, syncDirectory } from "./files.ts";
import type { RecordedOutput } from "./output-record.ts";
import { FileSource } from "./stream-file.ts";

const PORTION = 1024 * 1024;

/** Bytes of the longest name that file systems take, without those that the name of an output gets while it is written. */
const LONGEST_NAME = 255 - 34;

/** What became of an output that the process which made it could not bring to its end. */
export type OutputFate =
  /** It has a name now, and no temporary one: its own, or another if that was taken. */
  | { kind: "finished"; path: string }
  /** It had its own already. */
  | { kind: "there" }
  /** Neither it nor what was to become of it is there. */
  | { kind: "gone" }
  /** Nothing is there, as it should be. */
  | { kind: "nothing" }
  | { kind: "removed" }
  /** Left as it is: somebody must look. */
  | { kind: "stuck"; problem: string };

/** Where an output lies until its plan is executed. */
export function stagedPath(path: string, plan: string): string {
  return join(dirname(path), `.${basename(path)}.${plan}`);
}

/** The name that an output gets if its own was taken in the meantime. */
export function sparePath(path: string, plan: string): string {
  return `${path}.${plan}`;
}

/**
 * Path of a new file, with a folder that no symbolic link leads to.
 * @throws ConclaveError NOT_FOUND, HOST_IO (its folder); USAGE its name is too long
 */
export function outputPath(path: string): string {
  if (Buffer.byteLength(basename(path)) > LONGEST_NAME)
    throw new ConclaveError("USAGE", `${path}: the name has more than ${LONGEST_NAME} bytes`);
  return join(
    ioExplained(dirname(path), () => realpathSync(dirname(path))),
    basename(path),
  );
}

/**
 * Give a finished output its name, or the spare one if that was taken: what a plan made is not lost.
 * @returns the path that it has now
 * @throws ConclaveError EXISTS (both are taken), HOST_IO
 */
export function nameOutput(path: string, plan: string): string {
  const written = stagedPath(path, plan);
  const spare = sparePath(path, plan);
  let name = path;
  let both: boolean;
  try {
    both = ioExplained(path, () => linkExclusively(written, path));
  } catch (error) {
    if (!isConclaveError(error, "EXISTS")) throw error;
    both = ioExplained(spare, () => linkExclusively(written, spare));
    name = spare;
  }
  if (both) removeStaged(written);
  else syncDirectory(dirname(path));
  return name;
}

/** The other name must be durable before this one goes: a power cut could keep the removal alone. */
function removeStaged(written: string): void {
  syncDirectory(dirname(written));
  ioExplained(written, () => unlinkSync(written));
  syncDirectory(dirname(written));
}

/**
 * Bring an output of an executed plan to its end, if it is there as it was made: nothing else is touched.
 * @throws ConclaveError HOST_IO
 */
export async function finishOutput({ path, made }: RecordedOutput, plan: string): Promise<OutputFate> {
  const written = stagedPath(path, plan);
  const unreachable = folderProblem(path);
  if (unreachable !== undefined) return { kind: "stuck", problem: unreachable };
  const status = statusOf(written);
  if (status === undefined) {
    const named = [path, sparePath(path, plan)].find((name) => made !== null && statusOf(name)?.size === made.size);
    if (named === undefined) return { kind: "gone" };
    syncDirectory(dirname(path)); // whoever named it may not have come so far
    return named === path ? { kind: "there" } : { kind: "finished", path: named };
  }
  const named = [path, sparePath(path, plan)].find((name) => isSame(statusOf(name), status));
  const problem = fileProblem(status, named === undefined ? 1 : 2);
  if (problem !== undefined) return { kind: "stuck", problem };
  if (made === null || !(await isAsMade(written, made))) return { kind: "stuck", problem: "is not what the plan made" };
  if (named !== undefined || (await isAsMade(path, made))) {
    removeStaged(written);
    return { kind: "finished", path: named ?? path };
  }
  try {
    return { kind: "finished", path: nameOutput(path, plan) };
  } catch (error) {
    if (isConclaveError(error, "EXISTS")) return { kind: "stuck", problem: error.message };
    throw error;
  }
}

/** Remove what was written of an output whose plan was not executed, if it is ours. @throws ConclaveError HOST_IO */
export function removeOutput({ path }: Pick<RecordedOutput, "path">, plan: string): OutputFate {
  const unreachable = folderProblem(path);
  if (unreachable !== undefined) return { kind: "stuck", problem: unreachable };
  const written = stagedPath(path, plan);
  const status = statusOf(written);
  const problem = status && fileProblem(status, 1);
  if (problem !== undefined) return { kind: "stuck", problem };
  if (status !== undefined) ioExplained(written, () => unlinkSync(written));
  syncDirectory(dirname(path)); // whoever removed it may not have come so far
  return { kind: status === undefined ? "nothing" : "removed" };
}

async function isAsMade(path: string, made: NonNullable<RecordedOutput["made"]>): Promise<boolean> {
  if (statusOf(path)?.isFile() !== true) return false;
  using source = new FileSource(path);
  if (source.size !== made.size) return false;
  const gmac = new Gmac(fromHex(made.key));
  for await (const portion of portionsOf(source, evenly(source.size, PORTION))) gmac.update(portion);
  return equalBytes(gmac.tag(), fromHex(made.gmac));
}

/** A folder that was put in the place of another must not lead elsewhere. */
function folderProblem(path: string): string | undefined {
  const folder = dirname(path);
  try {
    return realpathSync(folder) === folder ? undefined : "its folder is reached by a symbolic link now";
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return "its folder is not there";
    return ioExplained(folder, () => {
      throw error;
    });
  }
}

/** @param names how many it has */
function fileProblem(status: Stats, names: number): string | undefined {
  if (!status.isFile()) return "is no regular file";
  if (status.uid !== process.getuid?.()) return `belongs to user ${status.uid}`;
  return status.nlink === names ? undefined : "has another name too (hard link)";
}

function isSame(status: Stats | undefined, { dev, ino }: Stats): boolean {
  return status?.dev === dev && status.ino === ino;
}

function statusOf(path: string): Stats | undefined {
  return ioExplained(path, () => lstatSync(path, { throwIfNoEntry: false }));
}
