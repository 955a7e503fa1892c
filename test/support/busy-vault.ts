import { create, move, rotate } from "./key-acts.ts";
import { MadeVault } from "./vault.ts";
import { Workspace } from "./workspace.ts";

// Makes and destroys keys in a vault until it is killed: the other process of a backup under load.
process.execArgv.length = 0;
const [path = "", custodians = ""] = process.argv.slice(2);
const made = new MadeVault(new Workspace(path), custodians.split(","), { lockTimeoutMs: 60_000 });
for (let i = 0; ; i++) {
  await made.perform(create(`key-${i}`));
  if (i % 2 === 0) await made.perform(rotate(`key-${i}`));
  if (i % 3 === 0) await made.perform(move("destroy", `key-${i}`));
  process.stdout.write(".");
}
