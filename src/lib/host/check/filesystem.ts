import { statfsSync } from "node:fs";
import type { Check, Observation, Place } from "../check.ts";
import { nearestExisting } from "../directory.ts";
import { ioExplained } from "../files.ts";

/** Linux filesystems by their magic number (statfs(2)) on which a vault should not lie, and why. */
const UNSUITABLE: ReadonlyMap<number, readonly [name: string, why: string]> = new Map([
  [0x01021994, ["tmpfs", "it is gone when the host stops"]],
  [0x858458f6, ["ramfs", "it is gone when the host stops"]],
  [0x794c7630, ["overlayfs", "it is gone with the container"]],
  [0x6969, ["NFS", "others serve it, and locks may not hold"]],
  [0xff534d42, ["CIFS", "others serve it, and locks may not hold"]],
  [0xfe534d42, ["SMB2", "others serve it, and locks may not hold"]],
  [0x517b, ["SMB", "others serve it, and locks may not hold"]],
  [0x00c36400, ["Ceph", "others serve it, and locks may not hold"]],
  [0x5346414f, ["AFS", "others serve it, and locks may not hold"]],
  [0x6b414653, ["AFS", "others serve it, and locks may not hold"]],
  [0x73757245, ["Coda", "others serve it, and locks may not hold"]],
  [0x564c, ["NCP", "others serve it, and locks may not hold"]],
  [0x01021997, ["9P", "another machine serves it, and what is written may not last"]],
  [0x65735546, ["FUSE", "a program serves it, and what is written may not last"]],
  [0x4d44, ["FAT", "it knows neither modes nor owners"]],
  [0x2011bab0, ["exFAT", "it knows neither modes nor owners"]],
]);

const SUITABLE: ReadonlyMap<number, string> = new Map([
  [0xef53, "ext4"],
  [0x58465342, "XFS"],
  [0x9123683e, "Btrfs"],
  [0x2fc12fc1, "ZFS"],
  [0xf2f52010, "F2FS"],
  [0xca451a4e, "bcachefs"],
]);

/** Whether the vault and the state directory lie where what is written lasts. */
export const filesystemCheck = {
  name: "filesystem",
  title: "Filesystem",
  run: async ({ vault, state }: Pick<Place, "vault" | "state">) =>
    [vault, state].map((path) => {
      const there = nearestExisting(path);
      const { type } = ioExplained(there, () => statfsSync(there));
      return observeFilesystem(path, type);
    }),
} satisfies Check;

/** @param type magic number of statfs(2); it means something on Linux only */
export function observeFilesystem(path: string, type: number, platform: string = process.platform): Observation {
  if (platform !== "linux") return { level: "ok", found: `${path}: which filesystem it is on is unknown here` };
  const magic = type >>> 0; // some are told as negative numbers
  const [name, why] = UNSUITABLE.get(magic) ?? [];
  if (name !== undefined) {
    const found = `${path} is on ${name}: ${why}`;
    return { level: "warning", found, mend: "Put it on a local disk: ext4, XFS, Btrfs or ZFS" };
  }
  return {
    level: "ok",
    found: `${path} is on ${SUITABLE.get(magic) ?? `a filesystem of type 0x${magic.toString(16)}`}`,
  };
}
