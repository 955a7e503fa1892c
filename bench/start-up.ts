import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { MadeVault } from "../test/support/vault.ts";
import { compare, elapsed, type Ratio } from "./ratio.ts";

const RUN = fileURLToPath(new URL("../bin/run.js", import.meta.url));
const ROUNDS = 15;

/** The program against the bare runtime. */
export async function startUp(...args: string[]): Promise<Ratio> {
  return await compare(
    { what: `conclave ${args.join(" ")}`, against: "node -e 0" },
    ROUNDS,
    () => elapsed(() => spawnSync(process.execPath, [RUN, ...args])),
    () => elapsed(() => spawnSync(process.execPath, ["-e", "0"])),
  );
}

/** A command that reads a vault, as a whole process, against the same one over an empty vault. */
export async function reading(
  large: MadeVault,
  empty: MadeVault,
  args: readonly string[],
  rounds: number,
): Promise<Ratio> {
  return await compare(
    { what: `conclave ${args.join(" ")}`, against: "the same over an empty vault", goal: 1.5 },
    rounds,
    () => elapsed(() => run(large, args)),
    () => elapsed(() => run(empty, args)),
  );
}

function run(made: MadeVault, args: readonly string[]): void {
  const { status, stderr } = spawnSync(process.execPath, [RUN, ...args, "--vault", made.path], {
    env: made.place.environment(),
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`conclave ${args.join(" ")}: ${stderr}`);
}
