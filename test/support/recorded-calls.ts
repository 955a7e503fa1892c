import { readFile, rm } from "node:fs/promises";
import { resolve } from "node:path";
import type { Seen } from "./seen.ts";
import { RUN } from "./strace.ts";
import type { Workspace } from "./workspace.ts";

/** A system call that succeeded, with all of its data. */
export type RecordedCall =
  | { name: "open"; path: string; create: boolean; truncate: boolean; descriptor: number }
  | { name: "write"; descriptor: number; data: Uint8Array; offset: number | undefined }
  | { name: "truncate"; descriptor: number; length: number }
  | { name: "sync"; descriptor: number }
  | { name: "link"; from: string; to: string }
  | { name: "rename"; from: string; to: string }
  | { name: "unlink"; path: string }
  | { name: "mkdir"; path: string };

const TRACED = "openat,pwrite64,write,writev,fsync,fdatasync,ftruncate,unlink,rename,link,mkdir";

/**
 * Run the program and record every call that changes files, in the order in which they ended.
 * @param run what Node.js runs, in place of `bin/run.js`
 */
export async function recordCalls(
  place: Workspace,
  args: readonly string[],
  run = RUN,
): Promise<{ seen: Seen; calls: RecordedCall[] }> {
  const log = `${place.path}.trace`;
  const strace = ["strace", "-f", "-xx", "-s", "1000000", "-qq", "-e", "signal=none", "-e", `trace=${TRACED}`];
  const program = [...strace, "-o", log, process.execPath, "--disable-sigusr1", run] as const;
  const seen = await place.runWith({ program: ["strace", ...program.slice(1)] }, ...args);
  const calls = parseCalls(await readFile(log, "utf8"), place.path);
  await rm(log);
  return { seen, calls };
}

/** @throws {Error} a line that can't be understood: a call that is missed would be taken for a lost one */
export function parseCalls(log: string, cwd: string): RecordedCall[] {
  const started = new Map<string, string>();
  return log.split("\n").flatMap((line) => {
    const [, thread = "", rest = ""] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    if (rest === "" || rest.startsWith("+++") || rest.startsWith("---")) return [];
    const unfinished = /^(.*) <unfinished \.\.\.>$/.exec(rest)?.[1];
    if (unfinished !== undefined) {
      started.set(thread, unfinished);
      return [];
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest)?.[1];
    return parseCall(resumed === undefined ? rest : `${started.get(thread) ?? ""}${resumed}`, cwd) ?? [];
  });
}

function parseCall(text: string, cwd: string): RecordedCall | undefined {
  const [, name = "", inside = "", result = ""] = /^(\w+)\((.*)\)\s+= (-?\d+|\?)/.exec(text) ?? [];
  if (name === "") throw new Error(`not a call: ${text.slice(0, 200)}`);
  if (result === "?" || Number(result) < 0) return undefined;

  const words = inside.split(", "); // data are in hexadecimal digits: no comma in them
  const path = (index: number) => resolve(cwd, Buffer.from(dataOf(words[index])).toString());
  const number = (index: number) => Number(words[index]);
  switch (name) {
    case "openat": {
      const flags = words[2] ?? "";
      const [create, truncate] = [flags.includes("O_CREAT"), flags.includes("O_TRUNC")];
      return { name: "open", path: path(1), create, truncate, descriptor: Number(result) };
    }
    case "pwrite64":
      return { name: "write", descriptor: number(0), data: written(words[1], result), offset: number(3) };
    case "write":
      return { name: "write", descriptor: number(0), data: written(words[1], result), offset: undefined };
    case "writev": {
      const parts = Array.from(inside.matchAll(/iov_base=("[^"]*")/g), ([, data]) => dataOf(data));
      return {
        name: "write",
        descriptor: number(0),
        data: Buffer.concat(parts).subarray(0, Number(result)),
        offset: undefined,
      };
    }
    case "ftruncate":
      return { name: "truncate", descriptor: number(0), length: number(1) };
    case "fsync":
    case "fdatasync":
      return { name: "sync", descriptor: number(0) };
    case "link":
    case "rename":
      return { name, from: path(0), to: path(1) };
    case "unlink":
    case "mkdir":
      return { name, path: path(0) };
    default:
      throw new Error(`unknown call ${name}`);
  }
}

function written(word: string | undefined, result: string): Uint8Array {
  return dataOf(word).subarray(0, Number(result));
}

function dataOf(word: string | undefined): Uint8Array {
  if (word === "NULL") return new Uint8Array();
  const digits = /^"((?:\\x[0-9a-f]{2})*)"$/.exec(word ?? "")?.[1];
  if (digits === undefined) throw new Error(`not whole data: ${word?.slice(0, 200)}`);
  return Buffer.from(digits.replaceAll("\\x", ""), "hex");
}
