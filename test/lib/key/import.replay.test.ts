import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { planImport } from "../../../src/lib/key/plan-import.ts";
import type { Plan } from "../../../src/lib/quorum/plan.ts";
import { Forger } from "../../support/forgery.ts";
import { type Bringing, fromComponents, fromFile } from "../../support/imports.ts";
import { foundVault, type MadeVault, PLAIN_KEY } from "../../support/vault.ts";

const secret = Uint8Array.from({ length: 32 }, (_, i) => i);

let original: MadeVault;
let made: MadeVault;
let forger: Forger;
beforeAll(async () => {
  original = await foundVault();
});
afterAll(() => original[Symbol.asyncDispose]());
beforeEach(async () => {
  made = await original.copy();
  forger = new Forger(made);
});
afterEach(() => made[Symbol.asyncDispose]());

/** The plan of an import, as an honest host would make it. */
async function planOf({ algorithm, source }: Omit<Bringing, "name">): Promise<Plan> {
  return await forger.planOf(async ({ reader }) => [
    await planImport(reader, { ...PLAIN_KEY, name: "zone", algorithm, source, expected: undefined }),
  ]);
}

/** Write the plan with approvals of these custodians, and an effect of the right form. */
async function execute(plan: Plan, custodians: readonly string[], changes: object = {}): Promise<void> {
  const approvals = await Promise.all(custodians.map((name) => forger.approval(plan, name)));
  const { entry, blob } = await forger.keyEffect(plan, 0, changes);
  const entries = [
    { type: "plan.execute", data: { plan, approvals } },
    { ...entry, type: "key.import" },
  ];
  await forger.append(entries, [blob]);
}

describe("a chain that a cheating host wrote", () => {
  test("the right check value and all approvals: it verifies, since nobody can look into the blob", async () => {
    const brought = await fromComponents(secret, ["alice", "carol"]);
    const plan = await planOf(brought);
    await execute(plan, ["alice", "carol"], { checkValue: brought.source.checkValue });
    expect((await made.verify()).result).toBe("VERIFIED");
  });

  test("a component of somebody who didn't approve", async () => {
    const brought = await fromComponents(secret, ["alice", "carol"]);
    const plan = await planOf(brought);
    await execute(plan, ["alice", "bob"], { checkValue: brought.source.checkValue });
    await expect(made.verify()).rejects.toMatchObject({
      code: "INTEGRITY",
      message: "entry 6 (plan.execute): no approval of carol, whom the plan names",
    });
  });

  test("another key than the plan's", async () => {
    const plan = await planOf(await fromFile(secret, "raw", "aes-256"));
    await execute(plan, ["alice", "bob"]);
    await expect(made.verify()).rejects.toMatchObject({
      code: "INTEGRITY",
      message: "entry 7 (key.import): of another key than the plan's",
    });
  });
});
