import { execFileSync } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Seen } from "./seen.ts";
import type { RunOptions, Workspace } from "./workspace.ts";

/** What Node.js is started with. */
export const RUN = fileURLToPath(new URL("../../bin/run.js", import.meta.url));

/** System calls that change files or names, on any architecture: where one is unknown, the question mark forgives it. */
const MODIFYING =
  "openat open creat write writev pwrite64 pwritev ftruncate fallocate fsync fdatasync sync_file_range unlink unlinkat rename renameat renameat2 link linkat symlink symlinkat mkdir mkdirat rmdir chmod fchmod fchmodat".split(
    " ",
  );

/** Whether this machine can trace programs; without it the tests that do are skipped, by name. */
export const haveStrace = canTrace();

/** One system call of the program, below a folder, that modifies. */
export interface Call {
  name: string;
  /** Which call of that name it was in its thread, from 1 on: what strace counts by. */
  ordinal: number;
  /** Absolute; of the file or directory that it changes. */
  path: string;
  /** The whole line of the trace. */
  text: string;
  /** Whether it was made to fail, or never ended. */
  injected: boolean;
}

export interface Trace {
  seen: Seen;
  /** In the order in which they were made. */
  calls: Call[];
  /** Whether also, or only, what was no file of the place was disturbed: another thread at the same count, or a wake-up. */
  astray: boolean;
  /** Files outside the place that were opened for writing. */
  outside: string[];
}

export interface TraceOptions extends Omit<RunOptions, "program"> {
  /** What strace is to do, as after `-e inject=`; none records only. */
  inject?: readonly string[];
  /** Trace by seccomp, in half the time; strace 6.1 then sends no signals, and counts some calls of the start otherwise. */
  fast?: boolean;
}

/** Run the program as `bin/conclave` starts it, under strace. */
export async function traced(
  place: Workspace,
  args: readonly string[],
  { inject = [], fast = false, ...options }: TraceOptions = {},
): Promise<Trace> {
  const log = `${place.path}.trace`;
  const disturbed = inject.map((injection) => injection.replace(/:.*/, "")); // only what is traced can be
  const names = [...MODIFYING, ...disturbed].map((name) => `?${name}`).join(",");
  const seccomp = fast ? ["--seccomp-bpf"] : [];
  const injections = inject.flatMap((injection) => ["-e", `inject=${injection}`]);
  const strace = ["-f", ...seccomp, "-y", "-qq", "-e", "signal=none", "-o", log, "-e", `trace=${names}`, ...injections];
  const program = ["strace", ...strace, process.execPath, "--disable-sigusr1", RUN] as const;
  const env = { ...options.env, UV_THREADPOOL_SIZE: "1" }; // one more thread that writes, not any of four
  const seen = await place.runWith({ ...options, env, program }, ...args);
  const text = await readFile(log, "utf8");
  await rm(log);
  const calls = modifyingCalls(text, place.path);
  return { seen, calls, astray: isAstray(text, place.path), outside: writtenOutside(text, place.path) };
}

/** An output of a plan while it is being written: by another thread than the first. */
const STAGED = /\/\.[^/]+\.[0-9a-f]{32}$/;

/**
 * The calls of a trace that modify something below `folder`, without those that strace can't disturb: it counts the calls of
 * each thread apart, and disturbs the first that comes to a count.
 * @throws {Error} another thread than the first made one, to something else than an output that is being written
 */
export function modifyingCalls(log: string, folder: string): Call[] {
  const calls: Call[] = [];
  const counts = new Map<string, number>();
  const most = new Map<string, number>();
  const main = /^\d+/.exec(log)?.[0];
  for (const text of log.split("\n")) {
    const last = calls.at(-1);
    if (
      last?.text.endsWith("<unfinished ...>") &&
      text.startsWith(`${main} `) &&
      text.includes(`<... ${last.name} resumed>`)
    )
      last.injected = isInjected(text); // another thread's call came between
    const [, thread, name, rest] = /^(\d+)\s+(\w+)\((.*)$/.exec(text) ?? [];
    if (thread === undefined || name === undefined || rest === undefined) continue;
    const ordinal = (counts.get(`${thread} ${name}`) ?? 0) + 1;
    counts.set(`${thread} ${name}`, ordinal);
    const earlier = (most.get(name) ?? 0) >= ordinal;
    most.set(name, Math.max(most.get(name) ?? 0, ordinal));
    if (name.startsWith("open") && !/O_CREAT|O_TRUNC/.test(rest)) continue;
    const path = pathOf(rest, folder);
    if (!path.startsWith(`${folder}/`)) continue;
    if (thread !== main && !STAGED.test(path)) throw new Error(`a modifying call outside the main thread: ${text}`);
    if (earlier || (thread !== main && name === "write")) continue; // it also wakes the first thread by that
    calls.push({ name, ordinal, path, text, injected: isInjected(text) });
  }
  return calls;
}

/** What a call does to which kind of file: those of one kind differ by random or custodians' names only. */
export function kindOf({ name, path }: Call, folder: string): string {
  const file = path
    .slice(folder.length)
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "ID")
    .replaceAll(/[0-9a-f]{32}/g, "PLAN")
    .replace(/\.\d+$/, ".PID")
    .replaceAll(/\b[a-z]+(?=\.share\b|\.[a-z]+\.share\b)/g, "NAME");
  return `${name} ${file}`;
}

/** Whether a call was made to fail, or has not ended on its line. */
function isInjected(text: string): boolean {
  return /\(INJECTED\)|= \?|<unfinished/.test(text);
}

function isAstray(log: string, folder: string): boolean {
  const main = /^\d+/.exec(log)?.[0];
  return log
    .split("\n")
    .filter((line) => line.includes("(INJECTED)") && !line.includes(folder))
    .some((line) => !line.startsWith(`${main} `) || line.includes("[eventfd]"));
}

function writtenOutside(log: string, folder: string): string[] {
  return Array.from(log.matchAll(/\bopen(?:at)?\((.*(?:O_WRONLY|O_RDWR|O_CREAT).*)/g), ([, rest]) =>
    pathOf(rest ?? "", folder),
  ).filter((path) => !path.startsWith(`${folder}/`));
}

function pathOf(rest: string, folder: string): string {
  const descriptor = /^\d+<([^>]*)>/.exec(rest)?.[1];
  return descriptor ?? resolve(folder, /"((?:[^"\\]|\\.)*)"/.exec(rest)?.[1] ?? "/");
}

function canTrace(): boolean {
  try {
    execFileSync("strace", ["-f", "-qq", "-o", "/dev/null", "true"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
