import { lstatSync, mkdirSync, readlinkSync, type Stats } from "node:fs";
import { dirname, parse, resolve } from "node:path";
import { ConclaveError } from "../errors.ts";
import { ioExplained, syncDirectory } from "./files.ts";

/**
 * Check that nobody else can change what lies in a directory: it is ours with mode 0700, and each
 * parent up to the root belongs to us or to root and is writable by nobody else, unless it is
 * sticky. SQLite follows symbolic links silently, so the directory itself must not be one.
 *
 * @throws ConclaveError HOST_PREFLIGHT naming the path, with the command that mends it
 */
export function assertPrivateDirectory(path: string): void {
  const whole = resolve(path);
  const status = ioExplained(whole, () => lstatSync(whole));
  if (status.isSymbolicLink())
    throw preflight(whole, "is a symbolic link", `Name the directory itself: ${readlinkSync(whole)}`);
  if (!status.isDirectory()) throw preflight(whole, "is not a directory", "Name another directory");
  if (!isOwn(status))
    throw preflight(whole, `belongs to user ${status.uid}`, `chown ${process.getuid?.() ?? ""} ${whole}`);
  if ((status.mode & 0o077) !== 0)
    throw preflight(whole, `has mode ${mode(status)}, wanted 0700`, `chmod 700 ${whole}`);
  assertParents(whole);
}

/**
 * Check that a directory that may not exist yet would be private: itself if it is there, else those of its parents
 * that are.
 * @throws ConclaveError HOST_PREFLIGHT naming the path, with the command that mends it
 */
export function assertPrivatePlace(path: string): void {
  const whole = resolve(path);
  const exists = (directory: string) =>
    ioExplained(directory, () => lstatSync(directory, { throwIfNoEntry: false })) !== undefined;
  if (exists(whole)) return assertPrivateDirectory(whole);
  let missing = whole;
  while (!exists(dirname(missing))) missing = dirname(missing);
  assertParents(missing);
}

/**
 * Check that a file is a regular one of ours, with mode 0600 and no second name.
 * @throws ConclaveError HOST_PREFLIGHT
 */
export function assertPrivateFile(path: string): void {
  const status = ioExplained(path, () => lstatSync(path));
  if (status.isSymbolicLink()) throw preflight(path, "is a symbolic link", "Put the file itself there");
  if (!status.isFile()) throw preflight(path, "is not a regular file", "Put the file itself there");
  if (!isOwn(status))
    throw preflight(path, `belongs to user ${status.uid}`, `chown ${process.getuid?.() ?? ""} ${path}`);
  if ((status.mode & 0o077) !== 0) throw preflight(path, `has mode ${mode(status)}, wanted 0600`, `chmod 600 ${path}`);
  if (status.nlink > 1) throw preflight(path, "has a second name (hard link)", `find / -xdev -samefile ${path}`);
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

function assertParents(path: string): void {
  const { root } = parse(path);
  for (let parent = dirname(path); ; parent = dirname(parent)) {
    const status = ioExplained(parent, () => lstatSync(parent));
    const others = (status.mode & 0o022) !== 0 && !status.isSymbolicLink();
    const sticky = (status.mode & 0o1000) !== 0;
    if (!isOwn(status) && status.uid !== 0)
      throw preflight(parent, `belongs to user ${status.uid}`, "Put the vault where only you and root own the parents");
    if (others && !sticky)
      throw preflight(parent, `has mode ${mode(status)}: others may rename what lies in it`, `chmod go-w ${parent}`);
    if (status.isSymbolicLink()) assertParents(resolve(dirname(parent), readlinkSync(parent), "x"));
    if (parent === root) return;
  }
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
