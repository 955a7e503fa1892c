import { afterAll, beforeAll, expect, test } from "vitest";
import { Desk, sendRequest } from "../../support/desk.ts";
import { expectOutcome } from "../../support/outcome.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

let made: MadeVault;
beforeAll(async () => {
  made = await foundVault();
  await using other = await foundVault();
  const request = await sendRequest(made);
  await made.place.write("good.request", request);
  for (const name of ["alice", "bob"])
    await made.place.write(`${name}.proof`, await new Desk(made, name).prove(request));
  await made.place.write("foreign.proof", await new Desk(other, "bob").prove(await sendRequest(other)));
  const proof = Buffer.from(await new Desk(made, "carol").prove(request)).toString();
  await made.place.write(
    "altered.proof",
    Buffer.from(proof.replace(/.(?=",)/, (digit) => (digit === "0" ? "1" : "0"))),
  );
  await made.place.write("renamed.proof", Buffer.from(proof.replace('"carol"', '"alice"')));
  await made.place.write("letter", "not a proof\n");
});
afterAll(async () => made[Symbol.asyncDispose]());

const VAULT = ["--vault", "vault"];

test.concurrent.for([
  { outcome: "help", args: ["--help"], status: 0 },
  { outcome: "success", args: ["bob.proof", ...VAULT], status: 0 },
  { outcome: "two", args: ["alice.proof", "bob.proof", ...VAULT], status: 0 },
  { outcome: "json", args: ["bob.proof", ...VAULT, "--json"], status: 0 },
  { outcome: "no-proof", args: VAULT, status: 2 },
  { outcome: "not-found", args: ["none.proof", ...VAULT], status: 3 },
  { outcome: "no-vault", args: ["bob.proof", "--vault", "elsewhere"], status: 3 },
  { outcome: "letter", args: ["letter", ...VAULT], status: 12 },
  { outcome: "request", args: ["good.request", ...VAULT], status: 12 },
  { outcome: "foreign", args: ["foreign.proof", ...VAULT], status: 12 },
  { outcome: "altered", args: ["altered.proof", ...VAULT], status: 12 },
  { outcome: "renamed", args: ["renamed.proof", ...VAULT], status: 12 },
  { outcome: "renamed-json", args: ["renamed.proof", ...VAULT, "--json"], status: 12 },
])("$outcome: $status", async (outcome, { expect }) =>
  expectOutcome(made, "custodian confirm", "../golden", outcome, expect),
);

test("of several, the good ones before a bad one are recorded", async () => {
  await using copy = await made.copy();
  const seen = await copy.place.run("custodian", "confirm", "bob.proof", "foreign.proof", "alice.proof", ...VAULT);
  expect(seen.status).toBe(12);
  const { entries } = (
    await copy.place.run("audit", "list", "--type", "custodian.confirm", ...VAULT, "--json")
  ).json() as {
    entries: unknown[];
  };
  expect(entries).toHaveLength(3 + 1);
});
