import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { create } from "../../support/key-acts.ts";
import { haveStrace, traced } from "../../support/strace.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

/** The first hard link of an act gives the output its name. */
const TAKEN = [`${process.arch === "arm64" ? "linkat" : "link"}:error=EEXIST:when=1`];

let made: MadeVault;
beforeAll(async () => {
  made = await foundVault();
  await made.perform(create("files"));
  await made.place.write("message", "to be encrypted");
});
afterAll(() => made[Symbol.asyncDispose]());

describe.skipIf(!haveStrace)("H2: a file whose name was taken meanwhile ends the command with 4 (needs strace)", () => {
  const encrypt = ["key", "encrypt", "files", "--in", "message", "--vault", "vault"];
  const both = () => made.flags("alice", "bob");

  async function expectDisplaced(out: string, args: readonly string[]): Promise<void> {
    const { seen } = await traced(made.place, [...args, "--out", out, ...both(), "--json"], { inject: TAKEN });
    const { plan, files } = seen.json() as { plan: string; files?: unknown };
    const path = made.place.file(`${out}.${plan}`);
    expect(seen.stderr).toContain(`${path}: the name that it should have was taken while the plan was executed`);
    expect(seen.status).toBe(4);
    expect([existsSync(path), existsSync(made.place.file(out))]).toEqual([true, false]);
    if (files !== undefined) expect(files).toEqual([{ path, displaced: true }]);
  }

  test("of an act", async () => expectDisplaced("one.enc", encrypt));

  test("of a plan that is executed later", async () => {
    const later = await made.place.run(...encrypt, "--plan-out", "later.plan", "--plain-session");
    expect(later.status).toBe(10);
    await expectDisplaced("two.enc", ["plan", "execute", "later.plan", "--in", "message", "--vault", "vault"]);
  });
});
