import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Commands are tested as they are delivered: built, and started by `bin/conclave`. */
export default function setup(): void {
  execFileSync(process.execPath, [fileURLToPath(new URL("../../bin/build.js", import.meta.url))], { stdio: "inherit" });
}
