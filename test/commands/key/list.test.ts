import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { expectOutcome } from "../../support/outcome.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

const pageSchema = z.object({ keys: z.array(z.object({ name: z.string() })), next: z.string().nullable() });

let made: MadeVault;
beforeAll(async () => {
  made = await foundVault();
  await made.createKey("payments", ["alice", "bob"]);
});
afterAll(async () => made[Symbol.asyncDispose]());

test.for([
  { outcome: "help", args: ["--help"], status: 0 },
  { outcome: "success", args: ["--vault", "vault"], status: 0 },
  { outcome: "json", args: ["--vault", "vault", "--json"], status: 0 },
  { outcome: "quiet", args: ["--vault", "vault", "-q"], status: 0 },
  { outcome: "keyring", args: ["--vault", "vault", "--keyring", "default", "--state", "active"], status: 0 },
  { outcome: "state", args: ["--vault", "vault", "--state", "destroyed"], status: 0 },
  { outcome: "tag", args: ["--vault", "vault", "--tag", "owner=cards"], status: 0 },
  { outcome: "due", args: ["--vault", "vault", "--due"], status: 0 },
  { outcome: "bad-state", args: ["--vault", "vault", "--state", "enabled"], status: 2 },
  { outcome: "bad-tag", args: ["--vault", "vault", "--tag", "owner"], status: 2 },
  { outcome: "no-keyring", args: ["--vault", "vault", "--keyring", "cards"], status: 3 },
  { outcome: "bad-limit", args: ["--vault", "vault", "--limit", "0"], status: 2 },
  { outcome: "no-vault", args: [], status: 3 },
])("$outcome: $status", async (outcome) => expectOutcome(made, "key list", "../golden", outcome));

test("pages follow each other, until there are no more", async () => {
  await using copy = await made.copy();
  await copy.createKey("signing", ["bob", "carol"], "ed25519");
  const list = (...flags: string[]) => copy.place.run("key", "list", "--vault", "vault", ...flags);
  const names: string[] = [];
  for (let flags: string[] = []; ; ) {
    const { keys, next } = pageSchema.parse((await list("--limit", "1", ...flags, "--json")).json());
    names.push(...keys.map(({ name }) => name));
    if (next === null) break;
    expect((await list("--limit", "1", ...flags)).stderr).toContain(`more: --after ${next}\n`);
    flags = ["--after", next];
  }
  expect(names.sort()).toEqual(["payments", "signing"]);
});
