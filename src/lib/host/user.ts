import { userInfo } from "node:os";

/** Name of the user who runs this process; one whom the host has no name for (in a container) goes by number. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid-${process.getuid?.() ?? "unknown"}`;
  }
}
