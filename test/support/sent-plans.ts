import { rm } from "node:fs/promises";
import { digestWords } from "../../src/lib/crypto/words.ts";
import { planKeyCreate } from "../../src/lib/key/request.ts";
import { cancelPlan } from "../../src/lib/quorum/open-plans.ts";
import { planDigest } from "../../src/lib/quorum/plan.ts";
import { Desk, executeSent, type SentPlan, sendKeyPlan, sendPlan, sessionPath } from "./desk.ts";
import { ForgedHost } from "./forged-host.ts";
import { foundVault, type MadeVault, PLAIN_KEY } from "./vault.ts";

/** A vault whose custodians have received plans, in the files of its place: `NAME.plan`, and approvals `CUSTODIAN.NAME`. */
export interface Correspondence extends AsyncDisposable {
  made: MadeVault;
  /** Words of the plan that a forged host wrote. */
  forgedWords: string;
}

/**
 * Plans of every kind: `good` waits for approvals, `sealed` too, with a session under `session.passphrase`; `taken` asks
 * for a name that is given since; `done` was executed, `gone` cancelled, `late` expired; `lost` has no session any more;
 * `forged` comes from another host; `altered` had a byte changed.
 */
export async function correspondence(): Promise<Correspondence> {
  const made = await foundVault();
  const write = async (name: string, { bytes, file }: SentPlan, ...approvers: string[]) => {
    await made.place.write(`${name}.plan`, bytes);
    for (const approver of approvers) {
      await made.place.write(`${approver}.${name}`, await new Desk(made, approver).approve(bytes));
    }
    return file;
  };
  const good = await sendKeyPlan(made, { name: "payments" }, { reason: "card payments" });
  await write("good", good, "alice", "bob", "carol");
  await write("other", await sendKeyPlan(made, { name: "other" }), "bob");
  await made.place.write("session.passphrase", "a lighthouse in the reeds\n");
  await made.place.write("wrong.passphrase", "not it\n");
  const passphrase = "a lighthouse in the reeds";
  await write("sealed", await sendPlan(made, await keyAction(made, "sealed"), {}, passphrase), "alice", "bob");
  await write("taken", await sendKeyPlan(made, { name: "taken" }), "alice", "bob");
  await made.createKey("taken", ["alice", "bob"]);

  const done = await sendKeyPlan(made, { name: "done" });
  await write("done", done, "alice", "bob");
  const approvals = await Promise.all(["alice", "bob"].map((name) => new Desk(made, name).approve(done.bytes)));
  await executeSent(made, done.file, approvals);
  const gone = await write("gone", await sendKeyPlan(made, { name: "gone" }), "alice", "bob");
  await cancel(made, gone.plan.id);
  const lost = await write("lost", await sendKeyPlan(made, { name: "lost" }), "alice", "bob");
  await rm(sessionPath(made, lost));
  await made.place.write("late.plan", (await sendKeyPlan(made, { name: "late" }, { lifetime: 1 })).bytes);

  const { plan } = good.file;
  const host = await ForgedHost.of(made);
  const forged = host.plan(plan);
  await made.place.write("forged.plan", host.planFile(forged));
  await made.place.write("altered.plan", Buffer.from(Buffer.from(good.bytes).toString().replace("card", "hard")));
  await made.place.write("letter", "not a plan\n");
  return {
    made,
    forgedWords: digestWords(planDigest(forged)),
    [Symbol.asyncDispose]: () => made[Symbol.asyncDispose](),
  };
}

async function keyAction(made: MadeVault, name: string) {
  await using vault = await made.open();
  return await planKeyCreate(vault.reader, { ...PLAIN_KEY, name, algorithm: "aes-256" });
}

async function cancel(made: MadeVault, id: string): Promise<void> {
  await using vault = await made.open();
  await cancelPlan(vault, id, "not needed");
}
