import { randomHex } from "../crypto/random.ts";

/** How every backup's file name ends. */
export const BACKUP_SUFFIX = ".backup";

/** What a backup's file name looks like: safe in a shell, in a URL, in any file system. */
export const BACKUP_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,126}\.backup$/;

/** Which vault, in which epoch, makes backups. */
export interface BackupMaker {
  id: string;
  name: string;
  epoch: string;
}

/** `NAME-VAULT-TIME-RANDOM.backup`: names of one vault sort by time, and no two are the same. */
export function newBackupName(maker: BackupMaker, time: string): string {
  return `${start(maker)}-${time.replaceAll(/[-:]/g, "")}-${randomHex(4)}${BACKUP_SUFFIX}`;
}

/** Name of a backup while it is being written; nobody takes it for one. */
export function partName(name: string, maker: BackupMaker): string {
  return `.${name}.${short(maker.epoch)}.part`;
}

/** Whether a name is that of a backup which a run of this vault on this host began to write. */
export function isPartOf(name: string, maker: BackupMaker): boolean {
  return name.startsWith(`.${start(maker)}-`) && name.endsWith(`${BACKUP_SUFFIX}.${short(maker.epoch)}.part`);
}

function start({ name, id }: BackupMaker): string {
  return `${name}-${short(id)}`;
}

function short(id: string): string {
  return id.slice(0, 8);
}
