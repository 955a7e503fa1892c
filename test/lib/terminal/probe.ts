import { fileURLToPath } from "node:url";

/** The program of test/lib/terminal/program, for `runWith` and `terminalWith`. */
export const PROBE = [process.execPath, fileURLToPath(new URL("program/start.ts", import.meta.url))] as const;
