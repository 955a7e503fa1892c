import { ConclaveError } from "../errors.ts";
import type { Reader } from "../storage/storage.ts";
import { type Entry, entryHash, parseEntry } from "./entry.ts";

/** Which entries. */
export interface EntryFilter {
  type?: string | undefined;
  /** Sequence after which to begin. */
  after: number;
  limit: number;
}

/** One page of entries. `next` is what to give as `after` for the next one. */
export async function listEntries(
  state: Reader,
  { type, after, limit }: EntryFilter,
): Promise<{ entries: Entry[]; next: number | null }> {
  const entries: Entry[] = [];
  for await (const { sequence, text } of state.rows("entries", { after: { sequence: after } })) {
    const entry = parseEntry(text, sequence);
    if (type !== undefined && entry.type !== type) continue;
    if (entries.length === limit) return { entries, next: entries.at(-1)?.sequence ?? null };
    entries.push(entry);
  }
  return { entries, next: null };
}

/** @throws ConclaveError NOT_FOUND */
export async function readEntry(state: Reader, sequence: number): Promise<{ entry: Entry; hash: string }> {
  const row = await state.find("entries", { sequence });
  if (row !== undefined) return { entry: parseEntry(row.text, sequence), hash: entryHash(row.text) };
  throw new ConclaveError("NOT_FOUND", `no entry ${sequence}`, {
    suggestions: [`There are ${await state.count("entries")}: conclave audit list`],
  });
}
