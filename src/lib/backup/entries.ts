import { z } from "zod";
import { entryError } from "../audit/entry.ts";
import { entryType } from "../audit/entry-type.ts";
import { canonicalJson } from "../json.ts";
import { digestSchema } from "../names.ts";
import { headSchema } from "../quorum/plan.ts";
import { BACKUP_NAME } from "./name.ts";

/** Places of one backup. */
export const placesSchema = z.array(z.string().min(1).max(4096)).max(64);

const createSchema = z.strictObject({
  /** Of the file. */
  name: z.string().regex(BACKUP_NAME, "must be the name of a backup"),
  sha256: digestSchema,
  size: z.int().positive(),
  /** Where it was written: directories by their paths, commands by their programs. */
  places: placesSchema.min(1),
  /** Head of the chain in it. */
  head: headSchema,
  /** The generation of the root quorum that opens it. */
  generation: z.int().positive(),
  manifest: digestSchema,
});

export type BackupCreateData = z.infer<typeof createSchema>;

/** A backup was made; needs no quorum. */
export const backupCreate = entryType({
  type: "backup.create",
  data: createSchema,
  async project(entry, { name, sha256, size, places, head, generation, manifest }, { tables, tree, size: before }) {
    if (head.size > before || tree.root(head.size) !== head.root) throw entryError(entry, "a backup of another chain");
    if ((await tables.find("backups", { sha256 })) !== undefined) throw entryError(entry, "a backup told of before");
    await tables.insert("backups", {
      sha256,
      name,
      size,
      created: entry.time,
      sequence: entry.sequence,
      entries: head.size,
      generation,
      manifestHash: manifest,
      places: canonicalJson(places),
      proved: null,
    });
  },
});

/** Backups are removed from one directory; needs no quorum. */
export const backupPrune = entryType({
  type: "backup.prune",
  data: z.strictObject({ place: z.string().min(1).max(4096), removed: z.array(digestSchema).min(1).max(10_000) }),
  async project(entry, { place, removed }, { tables }) {
    for (const sha256 of removed) {
      const row = await tables.find("backups", { sha256 });
      if (row === undefined) throw entryError(entry, `${sha256} is no backup that the chain tells of`);
      const places = parsePlaces(row.places).filter((other) => other !== place);
      await tables.update("backups", { sha256 }, { places: canonicalJson(places) });
    }
  },
});

/** The places in a row of `backups`. */
export function parsePlaces(text: string): string[] {
  return placesSchema.parse(JSON.parse(text));
}
