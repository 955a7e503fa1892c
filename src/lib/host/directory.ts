import { existsSync, lstatSync, mkdirSync, readlinkSync, type Stats } from "node:fs";
import { dirname, parse, resolve } from "node:path";
import { ConclaveError } from "../errors.ts";
import { ioExplained, syncDirectory } from "./files.ts";
import { shellWord } from "./shell-word.ts";

/**
 * Check that nobody else can change what lies in a directory: it is ours with mode 0700, and each
 * parent up to the root belongs to us or to root and is writable by nobody else, unless it is
 * sticky. SQLite follows symbolic links silently, so the directory itself must not be one.
 *
 * @throws ConclaveError HOST_PREFLIGHT naming the path, with the command that mends it
 */
export function assertPrivateDirectory(path: string): void {
  throwFirst(directoryProblems(path));
  throwFirst(parentProblems(path));
}

/**
 * Check that a directory that may not exist yet would be private: itself if it is there, else those of its parents
 * that are.
 * @throws ConclaveError HOST_PREFLIGHT naming the path, with the command that mends it
 */
export function assertPrivatePlace(path: string): void {
  const exists = ioExplained(path, () => lstatSync(path, { throwIfNoEntry: false })) !== undefined;
  if (exists) assertPrivateDirectory(path);
  else throwFirst(parentProblems(path));
}

/**
 * Check that a file is a regular one of ours, with mode 0600 and no second name.
 * @throws ConclaveError HOST_PREFLIGHT
 */
export function assertPrivateFile(path: string): void {
  throwFirst(fileProblems(path));
}

/** Create a directory of mode 0700 and those of its parents that are missing, durably. @returns whether it was made now */
export function createPrivateDirectory(path: string): boolean {
  const whole = resolve(path);
  return ioExplained(whole, () => {
    const first = mkdirSync(whole, { recursive: true, mode: 0o700 });
    if (first === undefined) return false;
    for (let made = whole; made !== dirname(first); made = dirname(made)) syncDirectory(dirname(made));
    return true;
  });
}

/**
 * All that is wrong with a directory itself, each an error HOST_PREFLIGHT with the command that mends it.
 * @throws ConclaveError NOT_FOUND, HOST_IO
 */
export function directoryProblems(path: string): ConclaveError[] {
  const whole = resolve(path);
  const status = ioExplained(whole, () => lstatSync(whole));
  if (status.isSymbolicLink())
    return [
      preflight(
        whole,
        "is a symbolic link",
        `Name the directory itself: ${resolve(dirname(whole), readlinkSync(whole))}`,
      ),
    ];
  if (!status.isDirectory()) return [preflight(whole, "is not a directory", "Name another directory")];
  return [...ownerProblem(whole, status), ...modeProblem(whole, status, "700")];
}

/**
 * All that is wrong with a file, likewise.
 * @throws ConclaveError NOT_FOUND, HOST_IO
 */
export function fileProblems(path: string): ConclaveError[] {
  const status = ioExplained(path, () => lstatSync(path));
  if (status.isSymbolicLink()) return [preflight(path, "is a symbolic link", "Put the file itself there")];
  if (!status.isFile()) return [preflight(path, "is not a regular file", "Put the file itself there")];
  const problems = [...ownerProblem(path, status), ...modeProblem(path, status, "600")];
  if (status.nlink > 1)
    problems.push(preflight(path, "has a second name (hard link)", `find / -xdev -samefile ${shellWord(path)}`));
  return problems;
}

/** All that is wrong with the parents of a path, up to the root; those that aren't there yet are left out. */
export function parentProblems(path: string): ConclaveError[] {
  const whole = resolve(path);
  const { root } = parse(whole);
  const problems: ConclaveError[] = [];
  for (let parent = dirname(whole); ; parent = dirname(parent)) {
    const status = ioExplained(parent, () => lstatSync(parent, { throwIfNoEntry: false }));
    if (status !== undefined) problems.push(...parentProblem(parent, status));
    if (parent === root) return problems;
  }
}

/** The path itself, or the nearest of its parents that is there. */
export function nearestExisting(path: string): string {
  const whole = resolve(path);
  return existsSync(whole) || whole === dirname(whole) ? whole : nearestExisting(dirname(whole));
}

function parentProblem(parent: string, status: Stats): ConclaveError[] {
  const problems: ConclaveError[] = [];
  const others = (status.mode & 0o022) !== 0 && !status.isSymbolicLink();
  const sticky = (status.mode & 0o1000) !== 0;
  if (!isOwn(status) && status.uid !== 0)
    problems.push(
      preflight(parent, `belongs to user ${status.uid}`, "Put the vault where only you and root own the parents"),
    );
  if (others && !sticky)
    problems.push(
      preflight(
        parent,
        `has mode ${mode(status)}: others may rename what lies in it`,
        `chmod go-w ${shellWord(parent)}`,
      ),
    );
  if (status.isSymbolicLink()) problems.push(...parentProblems(resolve(dirname(parent), readlinkSync(parent), "x")));
  return problems;
}

function ownerProblem(path: string, status: Stats): ConclaveError[] {
  if (isOwn(status)) return [];
  return [preflight(path, `belongs to user ${status.uid}`, `chown ${process.getuid?.() ?? ""} ${shellWord(path)}`)];
}

function modeProblem(path: string, status: Stats, wanted: "600" | "700"): ConclaveError[] {
  if ((status.mode & 0o077) === 0) return [];
  return [preflight(path, `has mode ${mode(status)}, wanted 0${wanted}`, `chmod ${wanted} ${shellWord(path)}`)];
}

function throwFirst([problem]: readonly ConclaveError[]): void {
  if (problem !== undefined) throw problem;
}

function isOwn(status: Stats): boolean {
  return status.uid === process.getuid?.();
}

function mode(status: Stats): string {
  return (status.mode & 0o7777).toString(8).padStart(4, "0");
}

function preflight(path: string, problem: string, mend: string): ConclaveError {
  return new ConclaveError("HOST_PREFLIGHT", `${path} ${problem}`, { suggestions: [mend] });
}
