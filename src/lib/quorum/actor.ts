import { hostname } from "node:os";
import { userName } from "../host/user.ts";

/** Who runs the command, as it stands in entries that no plan is behind: `user@host`. */
export function actor(): string {
  return `${userName()}@${hostname()}`;
}
