import { spawn } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { constants, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { Seen } from "./seen.ts";
import { Terminal } from "./terminal.ts";

export const CONCLAVE = fileURLToPath(new URL("../../bin/conclave", import.meta.url));

/** How a program is run: what isn't given is as little as possible. */
export interface RunOptions {
  /** Added to the minimal environment. */
  env?: Readonly<Record<string, string>>;
  /** All of standard input; none, if not given. */
  stdin?: string | Uint8Array;
  /** Below the workspace's folder. */
  cwd?: string;
  /** In place of `bin/conclave`. */
  program?: readonly [string, ...string[]];
  /** Open files given as descriptors 3, 4, ... */
  descriptors?: readonly number[];
}

/**
 * A fresh folder (0700) with its own home and XDG folders, removed at the end of the block.
 *
 * @param files their contents by path below the folder; they are written with mode 0600
 */
export async function workspace(files: Readonly<Record<string, string | Uint8Array>> = {}): Promise<Workspace> {
  const place = new Workspace(await realpath(await mkdtemp(join(tmpdir(), "conclave-"))));
  for (const folder of ["home", "state", "data"]) await mkdir(join(place.path, folder), { mode: 0o700 });
  for (const [name, content] of Object.entries(files)) await place.write(name, content);
  return place;
}

export class Workspace implements AsyncDisposable {
  /** Absolute, without symbolic links. */
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Absolute path of `name` in the folder. */
  file(name: string): string {
    return join(this.path, name);
  }

  /** Write a file, mode 0600, with the folders above it; its absolute path. */
  async write(name: string, content: string | Uint8Array): Promise<string> {
    const path = this.file(name);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(path, content, { mode: 0o600 });
    return path;
  }

  /** The environment of what runs here, and nothing of the test's own. */
  environment(added: Readonly<Record<string, string>> = {}): Record<string, string> {
    return {
      PATH: process.env["PATH"] ?? "/usr/bin:/bin",
      HOME: this.file("home"),
      XDG_STATE_HOME: this.file("state"),
      XDG_DATA_HOME: this.file("data"),
      LANG: "C.UTF-8",
      TZ: "UTC",
      NO_COLOR: "1",
      ...added,
    };
  }

  /** Run `conclave` with `args` in this folder, without a terminal and without input. */
  async run(...args: string[]): Promise<Seen> {
    return this.runWith({}, ...args);
  }

  async runWith(options: RunOptions, ...args: string[]): Promise<Seen> {
    const [file, ...before] = options.program ?? [CONCLAVE];
    const child = spawn(file, [...before, ...args], {
      cwd: this.file(options.cwd ?? "."),
      env: this.environment(options.env),
      stdio: [options.stdin === undefined ? "ignore" : "pipe", "pipe", "pipe", ...(options.descriptors ?? [])],
    });
    child.stdin?.on("error", () => undefined); // it may end without reading all
    child.stdin?.end(options.stdin);
    const status = new Promise<number>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
    });
    const [stdout, stderr, code] = await Promise.all([outputOf(child.stdout), outputOf(child.stderr), status]);
    return new Seen(args, code, stdout, stderr, this.path);
  }

  /** Run `conclave` with `args` in this folder, on a terminal of its own. */
  terminal(...args: string[]): Terminal {
    return this.terminalWith({}, ...args);
  }

  terminalWith(options: Pick<RunOptions, "env" | "program" | "cwd">, ...args: string[]): Terminal {
    const program = [...(options.program ?? [CONCLAVE]), ...args] as const;
    return new Terminal([program[0] ?? CONCLAVE, ...program.slice(1)], {
      cwd: this.file(options.cwd ?? "."),
      env: this.environment(options.env),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}

async function outputOf(stream: NodeJS.ReadableStream | null): Promise<string> {
  return stream === null ? "" : text(stream);
}
