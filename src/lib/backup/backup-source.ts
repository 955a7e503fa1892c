import { FileSource } from "../host/stream-file.ts";
import { PART_LENGTH } from "./backup-file.ts";

/** A backup before it is written anywhere: its head, and its payload in a file. */
export interface BackupSource {
  /** Of the backup's file. */
  name: string;
  head: Uint8Array;
  payload: string;
  /** Of the whole, in bytes. */
  size: number;
}

/** All of it, in parts; each is overwritten when the next is asked for. */
export function* partsOf(
  { head, payload, size }: BackupSource,
  progress?: (done: number, total: number) => void,
): Generator<Uint8Array> {
  using source = new FileSource(payload);
  yield head;
  let done = head.length;
  const into = new Uint8Array(PART_LENGTH);
  for (let part = source.read(into); part.length > 0; part = source.read(into)) {
    yield part;
    done += part.length;
    progress?.(done, size);
  }
}
