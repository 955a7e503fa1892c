import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { RecordedCall } from "./recorded-calls.ts";

/** What a power cut never tears. */
const SECTOR = 512;

/** A change of a file that the disk need not have yet. */
type Change = { write: Uint8Array; offset: number } | { length: number };

interface File {
  durable: Uint8Array;
  pending: Change[];
}

/** A change of a directory's names that the disk need not have yet; a rename removes and sets at once. */
interface Renaming {
  remove?: string;
  set?: readonly [name: string, node: Node];
}

interface Directory {
  durable: Map<string, Node>;
  pending: Renaming[];
  /** As the program sees it. */
  now: Map<string, Node>;
}

type Node = File | Directory;

/** What is on a disk: contents by path relative to its root; a directory has none. */
export type DiskState = ReadonlyMap<string, Uint8Array | undefined>;

/** Decides what of the pending changes a power cut leaves. */
export interface Fate {
  /** Which of a directory's pending changes happened. */
  names<T>(pending: readonly T[]): readonly T[];
  /** Which of a file's pending changes happened. */
  contents<T>(pending: readonly T[]): readonly T[];
  /** Which sectors of a write happened. */
  sector(): boolean;
}

/**
 * A disk that keeps apart what a program wrote and what a power cut leaves of it: contents are safe after the file's fsync,
 * names after their directory's, and nothing else is.
 */
export class SimulatedDisk {
  readonly #root: Directory;
  readonly #folder: string;
  readonly #open = new Map<number, { node: Node; position: number }>();

  /** @param folder what lies there is safe already */
  constructor(folder: string) {
    this.#folder = folder;
    this.#root = loadDirectory(folder);
  }

  /** @returns whether the call changed the disk */
  apply(call: RecordedCall): boolean {
    if (call.name === "link") return this.#rename(call.to, undefined, this.#find(call.from));
    if (call.name === "rename") return this.#rename(call.to, call.from, this.#find(call.from));
    if (call.name === "mkdir") return this.#rename(call.path, undefined, emptyDirectory());
    if (call.name === "unlink") return this.#rename(undefined, call.path, undefined);
    if (call.name === "open") return this.#openFile(call);
    if (call.name === "write") return this.#write(call.descriptor, call.data, call.offset);
    if (call.name === "truncate") return this.#change(call.descriptor, { length: call.length });
    return this.#sync(call.descriptor);
  }

  /** What a power cut would leave now. */
  cut(fate: Fate): DiskState {
    const state = new Map<string, Uint8Array | undefined>();
    const visit = (directory: Directory, path: string) => {
      const names = new Map(directory.durable);
      for (const renaming of fate.names(directory.pending)) applyRenaming(names, renaming);
      for (const [name, node] of names) {
        state.set(join(path, name), "now" in node ? undefined : contentsOf(node, fate));
        if ("now" in node) visit(node, join(path, name));
      }
    };
    visit(this.#root, "");
    return state;
  }

  #openFile({ path, create, truncate, descriptor }: RecordedCall & { name: "open" }): boolean {
    this.#open.delete(descriptor);
    const found = this.#find(path);
    const made = found === undefined && create ? { durable: new Uint8Array(), pending: [] } : undefined;
    const changed = made !== undefined && this.#rename(path, undefined, made);
    const node = found ?? (changed ? made : undefined);
    if (node === undefined) return false; // outside of the folder
    this.#open.set(descriptor, { node, position: 0 });
    return truncate ? this.#change(descriptor, { length: 0 }) : changed;
  }

  #write(descriptor: number, data: Uint8Array, offset: number | undefined): boolean {
    const file = this.#open.get(descriptor);
    if (file === undefined) return false;
    const at = offset ?? file.position;
    if (offset === undefined) file.position += data.length;
    return this.#change(descriptor, { write: data, offset: at });
  }

  #change(descriptor: number, change: Change): boolean {
    const node = this.#open.get(descriptor)?.node;
    if (node === undefined || "now" in node) return false;
    node.pending.push(change);
    return true;
  }

  #sync(descriptor: number): boolean {
    const node = this.#open.get(descriptor)?.node;
    if (node === undefined) return false;
    if ("now" in node) {
      for (const renaming of node.pending) applyRenaming(node.durable, renaming);
    } else {
      node.durable = contentsOf(node, EVERYTHING);
    }
    node.pending = [];
    return true;
  }

  /** Give `node` the name `to`, take the name `from` away; both are in one directory. */
  #rename(to: string | undefined, from: string | undefined, node: Node | undefined): boolean {
    const directory = this.#find(dirname(to ?? from ?? "/"));
    if (directory === undefined || !("now" in directory)) return false;
    const renaming: Renaming = {
      ...(from !== undefined && { remove: basename(from) }),
      ...(to !== undefined && node !== undefined && { set: [basename(to), node] as const }),
    };
    directory.pending.push(renaming);
    applyRenaming(directory.now, renaming);
    return true;
  }

  #find(path: string): Node | undefined {
    if (path === this.#folder) return this.#root;
    if (!path.startsWith(`${this.#folder}/`)) return undefined;
    const parent = this.#find(dirname(path));
    return parent !== undefined && "now" in parent ? parent.now.get(basename(path)) : undefined;
  }
}

/** Put a state into a folder, in place of what is there. */
export function writeDisk(folder: string, state: DiskState): void {
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
  for (const [path, content] of state) {
    if (content === undefined) mkdirSync(join(folder, path), { mode: 0o700 });
    else writeFileSync(join(folder, path), content, { mode: 0o600 });
  }
}

/** Nothing is lost. */
export const EVERYTHING: Fate = { names: (pending) => pending, contents: (pending) => pending, sector: () => true };

/** All that is not safe is lost. */
export const NOTHING: Fate = { names: () => [], contents: () => [], sector: () => false };

function contentsOf({ durable, pending }: File, fate: Fate): Uint8Array {
  let content = durable;
  for (const change of fate.contents(pending)) content = changed(content, change, fate);
  return content;
}

function changed(content: Uint8Array, change: Change, fate: Fate): Uint8Array {
  if ("length" in change) {
    const resized = new Uint8Array(change.length);
    resized.set(content.subarray(0, change.length));
    return resized;
  }
  const { write, offset } = change;
  const result = new Uint8Array(Math.max(content.length, offset + write.length));
  result.set(content);
  for (let at = 0; at < write.length; ) {
    const end = Math.min(write.length, at + SECTOR - ((offset + at) % SECTOR));
    if (fate.sector()) result.set(write.subarray(at, end), offset + at);
    at = end;
  }
  return result;
}

function applyRenaming(names: Map<string, Node>, { remove, set }: Renaming): void {
  if (remove !== undefined) names.delete(remove);
  if (set !== undefined) names.set(...set);
}

function emptyDirectory(): Directory {
  return { durable: new Map(), pending: [], now: new Map() };
}

function loadDirectory(folder: string): Directory {
  const directory = emptyDirectory();
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const node = lstatSync(path).isDirectory()
      ? loadDirectory(path)
      : { durable: Uint8Array.from(readFileSync(path)), pending: [] };
    directory.durable.set(name, node);
    directory.now.set(name, node);
  }
  return directory;
}
