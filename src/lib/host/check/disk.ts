import { accessSync, constants, lstatSync, statfsSync } from "node:fs";
import { systemErrorCode } from "../../errors.ts";
import type { Check, Observation, Place } from "../check.ts";
import { nearestExisting } from "../directory.ts";
import { ioExplained } from "../files.ts";
import { shellWord } from "../shell-word.ts";

const MEGABYTE = 1_000_000;
/** Free space in bytes, below which people should know, and below which an act may not find room. */
const LOW = 100 * MEGABYTE;
const TOO_LOW = MEGABYTE;

/** Whether there is room for what an act writes, and the right to write it. */
export const diskCheck = {
  name: "disk",
  title: "Disk space",
  run: async ({ vault, state }: Pick<Place, "vault" | "state">) =>
    [vault, state].map((path) => {
      const there = nearestExisting(path);
      const { bavail, bsize, files, ffree } = ioExplained(there, () => statfsSync(there));
      return cannotWrite(there) ?? observeSpace(path, bavail * bsize, files > 0 && ffree === 0);
    }),
} satisfies Check;

/**
 * @param free in bytes
 * @param noInodes whether no further file can be made
 */
export function observeSpace(path: string, free: number, noInodes: boolean): Observation {
  const where = `df -h ${shellWord(path)}`;
  const megabytes = `${Math.floor(free / MEGABYTE)} MB`;
  if (noInodes) return { level: "refusal", found: `${path}: no further file can be made (no inodes)`, mend: where };
  if (free < TOO_LOW) return { level: "refusal", found: `${path}: ${free} bytes free, wanted 100 MB`, mend: where };
  if (free < LOW) return { level: "warning", found: `${path}: ${megabytes} free, wanted 100 MB`, mend: where };
  return {
    level: "ok",
    found: `${path}: ${free < 1000 * MEGABYTE ? megabytes : `${Math.floor(free / 1000 / MEGABYTE)} GB`} free`,
  };
}

function cannotWrite(path: string): Observation | undefined {
  try {
    accessSync(path, constants.W_OK);
    return undefined;
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === undefined) throw error;
    const found = `${path} can't be written (${code})`;
    return { level: "refusal", found, mend: mendOf(code, path) };
  }
}

function mendOf(code: string, path: string): string {
  if (code === "EROFS") return `mount -o remount,rw "$(stat -c %m ${shellWord(path)})"`;
  if (lstatSync(path).uid === process.getuid?.()) return `chmod u+w ${shellWord(path)}`;
  return "Name a folder that you may write";
}
