import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { type Workspace, workspace } from "./workspace.ts";

const CONCLAVE = fileURLToPath(new URL("../../bin/conclave", import.meta.url));
const CUSTODIANS = ["alice", "bob", "carol"];

/**
 * Rehearse a script in a process of its own, kill it (SIGKILL) some time after a step began, and go on with the next run:
 * it must come to its end, or begin anew if nothing was written yet.
 *
 * @param delay in milliseconds after the step was shown
 * @returns what the next run told, or undefined if the rehearsal ended before
 */
export async function killedAndResumed(script: string, step: number, delay: number): Promise<string | undefined> {
  await using place = await workspace();
  if (await endsBefore(place, script, step, delay)) return undefined;
  const [name = ""] = readdirSync(place.path).filter((entry) => entry.startsWith("conclave-rehearsal-"));
  const folder = place.file(name);
  const env = { XDG_STATE_HOME: join(folder, "state") };
  const vault = ["--vault", join(folder, "vault")];
  const shown = await place.runWith({ env }, "quorum", "show", "root", ...vault, "--json");
  const renewed = script !== "genesis" && shown.status === 0 && inForce(shown.json()) > 1;
  const shares = CUSTODIANS.flatMap((custodian) => {
    const file = join(folder, renewed || script === "genesis" ? "shares" : "sticks", `${custodian}.share`);
    const passphrase = ["--passphrase-file", `${custodian}=${join(folder, "passphrases", custodian)}`];
    return [...(existsSync(file) ? ["--share", `${custodian}=${file}`] : []), ...passphrase];
  });
  const flags = [...vault, ...shares, "--yes", "--transcript-dir", join(folder, "out"), "--json"];
  const seen = await place.runWith({ env }, "ceremony", "run", "--resume", ...flags);
  expect(seen.status, `${script}, step ${step}, ${delay} ms: ${seen.stderr}${seen.stdout}`).toBe(0);
  expect(seen.json()).toMatchObject({ state: "ended", end: { outcome: "proven" } });
  const verified = await place.runWith({ env }, "audit", "verify", ...vault, "--full");
  expect(verified.status, verified.stderr).toBe(0);
  return seen.stdout;
}

/** The generation in force, as `quorum show` tells it. */
function inForce(quorum: unknown): number {
  const generations: { generation: number; state: string }[] = Object(quorum).generations;
  return generations.find(({ state }) => state === "active")?.generation ?? 0;
}

async function endsBefore(place: Workspace, script: string, step: number, delay: number): Promise<boolean> {
  const child = spawn(CONCLAVE, ["ceremony", "rehearse", script, "--unattended"], {
    cwd: place.path,
    env: place.environment({ TMPDIR: place.path }),
    stdio: ["ignore", "ignore", "pipe"],
  });
  const ended = new Promise<boolean>((resolve) => {
    child.once("exit", (_code, signal) => resolve(signal === null));
  });
  let told = "";
  for await (const chunk of child.stderr) {
    told += String(chunk);
    if (told.includes(`Step ${step} of`)) break;
  }
  await setTimeout(delay);
  child.kill("SIGKILL");
  return ended;
}
