import assert from "node:assert/strict";
import { canariesOf, leaksIn, leaksInFiles } from "./canaries.ts";
import { PreparedPlace } from "./disturbance.ts";
import type { MutatingCommand } from "./mutating-commands.ts";
import { watch } from "./proc.ts";
import type { Seen } from "./seen.ts";
import { haveStrace, traced } from "./strace.ts";
import { vaultOf } from "./two-custodians.ts";
import type { Workspace } from "./workspace.ts";

/** Where a passphrase belongs; the share files are looked into like any other. */
export const PASSPHRASE_FILES = /\.passphrase$/;
/** What every command of Conclave may write outside of its places. */
const NO_PLACE = /^\/dev\/(?:null|tty)$|^\/proc\/self\//;

/**
 * Run a command of the table twice, as a person and with `--json`, and look for secrets in what it shows, in its command
 * line and environment while it runs, and in all files; and for files that it wrote elsewhere.
 * @returns what was found, where
 */
export async function secretsLeftBy(command: MutatingCommand): Promise<string[]> {
  await using prepared = await PreparedPlace.of(command);
  const { place } = prepared;
  const running = place.runWith({ env: { DEBUG: "*" } }, ...command.args);
  const [seen, watched] = await Promise.all([running, watch(place.path, running)]);
  assert.equal(seen.status, command.status, String(seen));
  assert.ok(watched.looks > 0, "nobody looked at its command line");
  const canaries = await canariesOf(vaultOf(place));
  assert.ok(canaries.length >= 12, "too few secrets to look for");
  const found = [
    ...leaksIn(outputs(seen), canaries).map((leak) => `output: ${leak}`),
    ...leaksIn(watched.seen, canaries).map((leak) => `command line or environment: ${leak}`),
    ...leaksInFiles(place.path, canaries, PASSPHRASE_FILES).map((leak) => `file: ${leak}`),
  ];
  await prepared.restore();
  const again = await runTraced(place, [...command.args, "--json"]);
  assert.equal(typeof JSON.parse(again.seen.stdout), "object");
  const shown = leaksIn(outputs(again.seen), await canariesOf(vaultOf(place)));
  const outside = again.outside.filter((path) => !NO_PLACE.test(path));
  return [...found, ...shown.map((leak) => `JSON: ${leak}`), ...outside.map((path) => `wrote ${path}`)];
}

/** All that a run has shown. */
export function outputs({ stdout, stderr }: Seen): Uint8Array {
  return Buffer.from(`${stdout}\n${stderr}`);
}

/** With what it wrote outside the place, if that can be told here. */
async function runTraced(place: Workspace, args: readonly string[]): Promise<{ seen: Seen; outside: string[] }> {
  return haveStrace ? traced(place, args, { fast: true }) : { seen: await place.run(...args), outside: [] };
}
