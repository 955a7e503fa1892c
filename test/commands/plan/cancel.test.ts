import { afterAll, beforeAll, expect, test } from "vitest";
import { expectOutcome } from "../../support/outcome.ts";
import { type Correspondence, correspondence } from "../../support/sent-plans.ts";

let sent: Correspondence;
beforeAll(async () => {
  sent = await correspondence();
});
afterAll(async () => sent[Symbol.asyncDispose]());

const VAULT = ["--vault", "vault"];

test.concurrent.for([
  { outcome: "help", args: ["--help"], status: 0 },
  { outcome: "success", args: ["good.plan", ...VAULT, "--reason", "wrong keyring"], status: 0 },
  { outcome: "json", args: ["good.plan", ...VAULT, "--json"], status: 0 },
  { outcome: "no-plan", args: VAULT, status: 2 },
  { outcome: "long-reason", args: ["good.plan", ...VAULT, "--reason", "y".repeat(257)], status: 2 },
  { outcome: "not-open", args: ["0123456789abcdef0123456789abcdef", ...VAULT], status: 3 },
  { outcome: "executed", args: ["done.plan", ...VAULT], status: 3 },
  { outcome: "cancelled", args: ["gone.plan", ...VAULT], status: 3 },
  { outcome: "not-found", args: ["none.plan", ...VAULT], status: 3 },
  { outcome: "letter", args: ["letter", ...VAULT], status: 12 },
])("$outcome: $status", async (outcome, { expect }) =>
  expectOutcome(sent.made, "plan cancel", "../golden", outcome, expect),
);

test("an open plan is named by its id, too", async () => {
  await using copy = await sent.made.copy();
  const list = (await copy.place.run("plan", "list", ...VAULT, "--json")).json() as { plans: { id: string }[] };
  const id = list.plans[0]?.id ?? "";
  expect((await copy.place.run("plan", "cancel", id, ...VAULT)).status).toBe(0);
  expect((await copy.place.run("plan", "cancel", id, ...VAULT)).status).toBe(3);
});
