import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { filesIn } from "../../support/canonical-state.ts";
import { create, together } from "../../support/key-acts.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

let made: MadeVault;
beforeAll(async () => {
  made = await foundVault();
  const [release, hooks] = [create("release", { algorithm: "ed25519" }), create("hooks", { algorithm: "hmac-sha256" })];
  await made.perform(together(release, hooks, create("payments", { exportable: true })));
  await made.place.write("message", "release 1.0\n");
});
afterAll(() => made[Symbol.asyncDispose]());

const VAULT = ["--vault", "vault"];
const MESSAGE = ["--in", "message"];
const TO = ["--to", "age1ezeppldsqvgtd7z0qdukr4my3qykv4w2j0ugtreqshqmgp6kpq3s3urkck"];

/** Plan, and execute the plan with shares at hand. */
async function execute(plan: readonly string[], file: string, ...args: readonly string[]) {
  const { place } = made;
  const planned = await place.run(...plan, ...VAULT, "--plan-out", file, "--plain-session");
  expect(planned.status, String(planned)).toBe(10);
  return place.run("plan", "execute", file, ...VAULT, ...args, ...made.flags("alice", "bob"));
}

test.for([
  { plan: ["key", "sign", "release", ...MESSAGE], args: [...MESSAGE, "--encoding", "raw"], holds: /^[^]{64}$/ },
  { plan: ["key", "mac", "hooks", ...MESSAGE], args: [...MESSAGE, "--encoding", "hex"], holds: /^[0-9a-f]{64}\n$/ },
  { plan: ["key", "encrypt", "payments", ...MESSAGE], args: MESSAGE, holds: /^\{"algorithm":"aes-256"/ },
  { plan: ["key", "export", "payments", ...TO], args: [], holds: /^-----BEGIN AGE ENCRYPTED FILE-----\n/ },
  {
    plan: ["key", "wrapping-key", "inbound"],
    args: [],
    holds: /^-----BEGIN PUBLIC KEY-----\n[^]*-----END PUBLIC KEY-----\n$/,
  },
])("a new file with what the plan made: $plan.0 $plan.1", async ({ plan, args, holds }) => {
  const out = `${plan[1]}.out`;
  const seen = await execute(plan, `${plan[1]}.plan`, ...args, "--out", out, "--json");
  expect(seen.status, String(seen)).toBe(0);
  expect(seen.json()).toMatchObject({ files: [{ path: made.place.file(out), displaced: false }] });
  expect(readFileSync(made.place.file(out), "latin1")).toMatch(holds);
  expect(filesIn(made.place.path).filter((name) => name.startsWith("."))).toEqual([]);
});

test("a plan that makes no file is refused (2) where one is named, before anybody is asked", async () => {
  const seen = await execute(["key", "create", "another", "--algorithm", "aes-256"], "none.plan", "--out", "never");
  expect(seen.status).toBe(2);
  expect(seen.stderr).toMatch(/^error: --out: the plan makes no file$/m);
  expect(filesIn(made.place.path)).not.toContain("never");
});

test.for([
  { plan: ["key", "sign", "release", ...MESSAGE], file: "piped-message.plan" },
  { plan: ["key", "encrypt", "payments", ...MESSAGE], file: "piped-file.plan" },
])("$plan.1: through a pipe comes only a key that is imported (2), which is said", async ({ plan, file }) => {
  const seen = await execute(plan, file, "--in", "-", "--out", "never");
  expect(seen.status, String(seen)).toBe(2);
  expect(seen.stderr).toContain(
    "error: --in -: through a pipe comes only a key that the plan imports\n  try: Give a file: --in FILE\n",
  );
  expect(filesIn(made.place.path)).not.toContain("never");
});

test("what goes to no file is refused (2): standard output has what the command tells", async () => {
  const sign = ["key", "sign", "release", "--scheme", "ed25519", ...MESSAGE];
  const seen = await execute(sign, "piped.plan", ...MESSAGE, "--out", "-");
  expect(seen.status, String(seen)).toBe(2);
  expect(seen.stderr).toMatch(/^error: --out -: standard output has what the command tells$/m);
  expect(filesIn(made.place.path)).not.toContain("-");
});

test("a file that is there already is refused (4), and the plan stays open", async () => {
  const seen = await execute(
    ["key", "sign", "release", "--scheme", "ed25519", ...MESSAGE],
    "another.plan",
    ...MESSAGE,
    "--out",
    "message",
  );
  expect(seen.status, String(seen)).toBe(4);
  expect(readFileSync(made.place.file("message"), "utf8")).toBe("release 1.0\n");
  const again = [
    "plan",
    "execute",
    "another.plan",
    ...VAULT,
    ...MESSAGE,
    "--out",
    "fresh",
    ...made.flags("alice", "bob"),
  ];
  expect((await made.place.run(...again)).status).toBe(0);
});
