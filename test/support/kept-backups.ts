import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { digestWords } from "../../src/lib/crypto/words.ts";
import { planDigest } from "../../src/lib/quorum/plan.ts";
import { parsePlanFile } from "../../src/lib/quorum/plan-file.ts";
import { backUp, sendRestore } from "./backups.ts";
import { Desk } from "./desk.ts";
import { foundVault, type MadeVault } from "./vault.ts";

/**
 * A vault with backups in its place: three of its own in `backups`, the second of them altered, and copies by other
 * names beside it: `good.backup`, `damaged.backup`, `foreign.backup` of another vault, `letter.backup`. `empty` is an
 * empty folder. `restore.plan` is a restore plan of the machine `other` for `good.backup`, approved by alice and bob.
 */
export async function keptBackups(): Promise<MadeVault> {
  const made = await foundVault();
  const file = (name: string) => made.place.file(name);
  mkdirSync(file("empty"), { mode: 0o700 });
  await made.createKey("payments", ["alice", "bob"]);
  const names: string[] = [];
  for (let i = 0; i < 3; i++) {
    names.push((await backUp(made)).name);
    await new Promise((resolve) => setTimeout(resolve, 2)); // so that their order by time is that of their making
  }
  const [, second = "", third = ""] = names.map((name) => join(file("backups"), name));
  copyFileSync(third, file("good.backup"));
  const bytes = readFileSync(second);
  bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
  writeFileSync(second, bytes);
  writeFileSync(file("damaged.backup"), bytes);
  writeFileSync(file("letter.backup"), "not a backup\n");
  await using foreign = await foundVault();
  const { name } = await backUp(foreign);
  copyFileSync(join(foreign.place.file("backups"), name), file("foreign.backup"));
  await planAtOther(made);
  return made;
}

/** XDG_STATE_HOME of the machine `other`. */
export function otherState(made: MadeVault): string {
  return made.place.file("desks/other");
}

async function planAtOther(made: MadeVault): Promise<void> {
  const other = Object.create(made, {
    state: { value: join(otherState(made), "conclave") },
    path: { value: made.place.file("restored") },
    surroundings: { value: { ...made.surroundings, state: join(otherState(made), "conclave") } },
  }) as MadeVault;
  const bytes = await sendRestore(other, made.place.file("good.backup"));
  await made.place.write("restore.plan", bytes);
  const words = digestWords(planDigest(parsePlanFile(bytes).plan));
  await made.place.write("words", words);
  for (const name of ["alice", "bob"])
    await made.place.write(`${name}.approval`, await new Desk(made, name).approve(bytes, { words }));
}
