import { expect } from "vitest";
import type { Elsewhere } from "../../src/lib/ceremony/ceremony.ts";
import { passphraseFile, shareFileOf } from "../../src/lib/ceremony/rehearsal-place.ts";
import { type ElsewhereFlags, elsewhereBy } from "../../src/lib/terminal/ceremony-host.ts";
import type { RehearsalSet } from "../../src/lib/terminal/rehearse.ts";
import type { Workspace } from "./workspace.ts";

/** How custodians are reached this time. */
export function reach({ host }: RehearsalSet, flags: Partial<ElsewhereFlags>): Elsewhere {
  const none = { "plan-out": undefined, "session-passphrase-file": undefined, approval: [] };
  const all = { "plan-lifetime": "1h", "plain-session": true, ...none, ...flags };
  return elsewhereBy(all, host.around.state, () => undefined);
}

/** At a desk that knows neither the vault nor its new host. @returns the approval */
export async function approve(
  desk: Workspace,
  { rehearsal }: RehearsalSet,
  plan: string,
  name: string,
): Promise<string> {
  const { words } = (await desk.run("plan", "show", plan, "--json")).json() as { words: string };
  const out = desk.file(`${name}.approval`);
  const keys = ["--share", shareFileOf(rehearsal, name), "--passphrase-file"];
  const passphrase = `${name}=${passphraseFile(rehearsal, name, false)}`;
  const seen = await desk.run("plan", "approve", plan, ...keys, passphrase, "--words", words, "--yes", "--out", out);
  expect(seen.status).toBe(0);
  return out;
}
