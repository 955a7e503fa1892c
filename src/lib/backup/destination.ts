import { resolve } from "node:path";
import { ConclaveError } from "../errors.ts";

/** Where a backup goes: a directory, or the standard input of a shell command. */
export type Destination = { kind: "directory"; path: string } | { kind: "exec"; command: string };

/** `DIR`, or `exec:COMMAND`. @throws ConclaveError USAGE */
export function parseDestination(text: string): Destination {
  const command = /^exec:(.*)$/s.exec(text)?.[1];
  if (command === undefined && text !== "") return { kind: "directory", path: resolve(text) };
  if (command === undefined || command.trim() === "") {
    throw new ConclaveError("USAGE", "--to must be a directory, or exec:COMMAND", {
      suggestions: ["For example: --to /srv/backups --to 'exec:rclone rcat --size {size} remote:backups/{name}'"],
    });
  }
  return { kind: "exec", command };
}

/** What the chain says of a destination: a command's words may hold a secret, so only its program is named. */
export function placeOf(destination: Destination): string {
  if (destination.kind === "directory") return destination.path;
  const program = /^\s*([A-Za-z0-9._/-]+)(?=\s|$)/.exec(destination.command)?.[1];
  return program === undefined ? "exec" : `exec:${program}`;
}
