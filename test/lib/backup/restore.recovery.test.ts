import { expect, test } from "vitest";
import { parseEntry } from "../../../src/lib/audit/entry.ts";
import { ShareDocument } from "../../../src/lib/share/document.ts";
import { backUpFile, emptyHost, restore } from "../../support/backups.ts";
import { ScriptedPeople } from "../../support/people.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

/** Custodians who have their shares on paper, and nothing else. */
function papers(made: MadeVault, ...names: string[]): ScriptedPeople {
  return new ScriptedPeople(
    names.map((name) => async () => {
      const { record } = await made.document(name);
      return { document: new ShareDocument(record, undefined, undefined), origin: "paper", claimed: name };
    }),
  );
}

test("shares alone restore a vault: a recovery, which audit verify names until it is accepted", async () => {
  await using made = await foundVault();
  await made.createKey("payments", ["alice", "bob"]);
  const path = await backUpFile(made);
  await using host = await emptyHost(made);
  const restored = await restore(host, path, { people: papers(host, "alice", "carol") });
  expect(restored.recovery).toMatch(/^[0-9a-f]{64}$/);
  expect(await host.verify()).toMatchObject({
    result: "CONSISTENT",
    recoveries: [{ entry: restored.entry, hash: restored.recovery, actions: ["vault.restore"], accepted: false }],
  });
  const accepted = await host.verify({ acceptRecovery: [restored.recovery ?? ""] });
  expect(accepted.result).toBe("VERIFIED");
  expect((await host.verify()).result).toBe("VERIFIED");
  await using vault = await host.open();
  const row = await vault.reader.find("entries", { sequence: restored.entry });
  expect(parseEntry(row?.text ?? "", restored.entry).type).toBe("vault.restore");
});
