import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, test } from "vitest";
import { expectOutcome } from "../../support/outcome.ts";
import { shareText } from "../../support/share-text.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

const RECORD = "cvr1q94ku2jj9slyc97efvqqzqsrqyqqxqs9qsrsvzggpv9q6rq0pcg3qycjz52pw9serqd358guru0qzzd4m6a";
const WORDS =
  "accident fork melody picture sentence champion garage city abandon amount liar acoustic ability library beef liberty alcohol embark actress beef speak always debate capital basic mouse eagle comfort ghost metal hockey dry bright wedding leopard photo";

let made: MadeVault;
beforeAll(async () => {
  made = await foundVault();
  await made.place.write("letter", "Dear Alice,\n");
  await made.place.write("large", new Uint8Array(64 * 1024 + 1));
  const share = await readFile(made.share("alice"), "utf8");
  await made.place.write("cut.share", share.slice(0, 400));
  await made.place.write("record", `${RECORD.toUpperCase().replace(/.{4}/g, "$& ")}\n`);
  await made.place.write("words", `${WORDS}\n`);
  await made.place.write("typo", `${RECORD.replace("ku2", "kw2")}\n`);
  await made.place.write("misspelt", WORDS.replace("melody", "melodie"));
  using text = shareText({ rehearsal: false });
  await made.place.write("text", text.reveal());
});
afterAll(async () => made[Symbol.asyncDispose]());

test.for([
  { outcome: "help", args: ["--help"], status: 0 },
  { outcome: "success", args: ["shares/alice.share"], status: 0 },
  { outcome: "json", args: ["shares/alice.share", "--json"], status: 0 },
  { outcome: "record", args: ["record"], status: 0 },
  { outcome: "words-json", args: ["words", "--json"], status: 0 },
  { outcome: "text", args: ["text"], status: 0 },
  { outcome: "typo", args: ["typo"], status: 11 },
  { outcome: "misspelt", args: ["misspelt"], status: 11 },
  { outcome: "letter", args: ["letter"], status: 11 },
  { outcome: "cut", args: ["cut.share"], status: 11 },
  { outcome: "large", args: ["large"], status: 11 },
  { outcome: "folder", args: ["shares"], status: 11 },
  { outcome: "not-found", args: ["bob.share"], status: 3 },
])("$outcome: $status", async (outcome) => expectOutcome(made, "share inspect", "../golden", outcome));
