import { chmodSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { publicKeyOf } from "../../../src/lib/crypto/signature.ts";
import { loadAnchor, saveAnchor } from "../../../src/lib/host/anchor.ts";
import { openVault, type Vault } from "../../../src/lib/vault/vault.ts";
import { Forger } from "../../support/forgery.ts";
import { editDatabase } from "../../support/raw-database.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

let original: MadeVault;
let made: MadeVault;

beforeAll(async () => {
  original = await foundVault();
  await original.createKey("payments", ["alice", "bob"]);
});

afterAll(async () => {
  await original[Symbol.asyncDispose]();
});

beforeEach(async () => {
  made = await original.copy();
});

afterEach(async () => {
  await made[Symbol.asyncDispose]();
});

const REFUSAL = {
  type: "plan.refuse",
  data: { plan: "p", digest: "ab".repeat(32), actions: [], code: "ABORTED", message: "no" },
};

/** Append a refusal, as a locked vault takes it. */
async function refuse(vault: Vault): Promise<number> {
  const { id, epoch } = vault.identity;
  return vault.actLocked(({ writer, chain }) =>
    chain.append(writer, { vault: id, epoch }, vault.clock().toISOString(), "a", REFUSAL),
  );
}

describe("opening", () => {
  test("a vault tells what it is, and its host's key is the chain's", async () => {
    await using vault = await made.open();
    expect(vault.identity).toMatchObject({ name: "vault", rehearsal: 1 });
    expect(publicKeyOf(vault.hostKey())).toBe(vault.identity.hostKey);
    expect(await vault.reader.count("keys")).toBe(1);
  });

  test("a missing folder is not found, with what to do; T5: a database that is gone was there", async () => {
    const missing = made.place.file("missing");
    await expect(openVault(missing, made.surroundings)).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: `no vault at ${missing}`,
      suggestions: ["Name it with --vault or CONCLAVE_VAULT", "Make one with conclave init"],
    });
    rmSync(made.database);
    await expect(made.open()).rejects.toMatchObject({
      code: "INTEGRITY",
      message: `vault.db: is missing, but this machine remembers the vault at ${made.path}`,
    });
  });

  test.for<{ what: string; change: () => void }>([
    { what: "folder that others may read", change: () => chmodSync(made.path, 0o750) },
    { what: "database that others may read", change: () => chmodSync(made.database, 0o640) },
    {
      what: "database that is a symbolic link",
      change: () => {
        renameSync(made.database, made.place.file("real.db"));
        symlinkSync(made.place.file("real.db"), made.database);
      },
    },
    {
      what: "folder that is a symbolic link",
      change: () => {
        renameSync(made.path, made.place.file("real"));
        symlinkSync(made.place.file("real"), made.path);
      },
    },
  ])("H1: a $what is refused", async ({ change }) => {
    change();
    await expect(made.open()).rejects.toMatchObject({ code: "HOST_PREFLIGHT" });
  });

  test.for([
    { column: "id", value: "../../x" },
    { column: "id", value: "" },
    { column: "name", value: "two words" },
    { column: "epoch", value: "now" },
    { column: "genesis", value: "ab" },
    { column: "hostKey", value: "AB".repeat(32) },
    { column: "rehearsal", value: 2 },
    { column: "created", value: "yesterday" },
  ])("T2: nothing rests on a vault's $column of $value", async ({ column, value }) => {
    editDatabase(made.database, (database) => database.prepare(`UPDATE vault SET ${column} = ?`).run(value));
    await expect(made.open()).rejects.toMatchObject({
      code: "INTEGRITY",
      message: expect.stringContaining(`vault: column ${column}: `),
    });
  });

  test("T4: a vault without its own row", async () => {
    editDatabase(made.database, (database) => database.exec("DELETE FROM vault"));
    await expect(made.open()).rejects.toMatchObject({ code: "INTEGRITY", message: "vault: the table has no row" });
  });
});

describe("T6: this machine's memory", () => {
  test("is of the whole chain after an act, and signatures of it were verified", async () => {
    await using vault = await made.open();
    const chain = await vault.verify();
    const head = { size: chain.size, root: chain.tree.root() };
    const { id: name, genesis, epoch, hostKey } = vault.identity;
    expect(vault.anchor()).toMatchObject({ vault: name, genesis, epoch, hostKey, head, verified: head });
  });

  test.for(["genesis", "epoch", "hostKey"] as const)("of another %s refuses everything", async (member) => {
    await using vault = await made.open();
    const anchor = vault.anchor();
    if (anchor === undefined) throw new TypeError("no anchor");
    const other = member === "epoch" ? anchor.vault : "ab".repeat(32);
    saveAnchor(made.state, { ...anchor, [member]: other });
    const problem = `vault: its ${member} is ${vault.identity[member]}, this machine remembers ${other}`;
    expect(() => vault.anchor()).toThrow(expect.objectContaining({ code: "INTEGRITY", message: problem }));
    await expect(vault.verify()).rejects.toThrow(problem);
    await expect(refuse(vault)).rejects.toThrow(problem);
    await expect(vault.act(async () => {})).rejects.toThrow(problem);
  });

  test("follows what is appended to a locked vault, without claiming that its signatures were verified", async () => {
    await using vault = await made.open();
    const before = vault.anchor();
    expect(await refuse(vault)).toBe((before?.head.size ?? 0) + 1);
    const after = vault.anchor();
    expect(after?.head.size).toBe((before?.head.size ?? 0) + 1);
    expect(after?.verified).toEqual(before?.verified);
  });

  test("S15: does not begin with what is appended to a locked vault", async () => {
    await using vault = await made.open();
    rmSync(made.state, { recursive: true });
    await refuse(vault);
    expect(loadAnchor(made.state, vault.identity.id)).toBeUndefined();
  });

  test("is not changed by a verification", async () => {
    await using vault = await made.open();
    const file = join(made.state, vault.identity.id, "anchor.json");
    const before = readFileSync(file);
    await vault.verify();
    await vault.verify(true);
    expect(readFileSync(file).equals(before)).toBe(true);
  });
});

describe("changing", () => {
  test("what throws leaves entries, checkpoint and memory as they were", async () => {
    await using vault = await made.open();
    const [before, anchor] = [await checkpoint(vault), vault.anchor()];
    const acting = vault.act(async ({ writer, chain }) => {
      const { id, epoch } = vault.identity;
      await chain.append(writer, { vault: id, epoch }, vault.clock().toISOString(), "a", REFUSAL);
      throw new Error("on purpose");
    });
    await expect(acting).rejects.toThrow("on purpose");
    expect([await checkpoint(vault), vault.anchor()]).toEqual([before, anchor]);
    expect((await vault.verify()).size).toBe(anchor?.head.size);
  });

  test("S19: a plan without what it demands is not committed", async () => {
    const forger = new Forger(made);
    const plan = await forger.plan("second");
    const approvals = [await forger.approval(plan, "alice"), await forger.approval(plan, "bob")];
    await using vault = await made.open();
    const acting = vault.act(({ writer, chain }) => {
      const { id, epoch } = vault.identity;
      const entry = { type: "plan.execute", data: { plan, approvals } };
      return chain.append(writer, { vault: id, epoch }, vault.clock().toISOString(), "a", entry);
    });
    await expect(acting).rejects.toMatchObject({
      code: "INTEGRITY",
      message: "audit chain: ends before the key.create that its last plan demands",
    });
    expect((await vault.verify()).size).toBe(7);
  });

  test("every entry has its checkpoint", async () => {
    await using vault = await made.open();
    for (let i = 0; i < 3; i++) {
      const sequence = await refuse(vault);
      expect((await checkpoint(vault)).split("\n")[1]).toBe(String(sequence));
    }
    expect((await vault.verify(true)).size).toBe(10);
  });

  test("H1: a host key that is missing, open, or another's stops it before it begins", async () => {
    await using vault = await made.open();
    const file = join(made.path, "host.key");
    chmodSync(file, 0o644);
    await expect(refuse(vault)).rejects.toMatchObject({ code: "HOST_PREFLIGHT" });
    await using other = await foundVault();
    renameSync(join(other.path, "host.key"), file);
    await expect(refuse(vault)).rejects.toMatchObject({
      code: "INTEGRITY",
      message: "host.key: is not the key of this vault's host",
    });
    rmSync(file);
    await expect(refuse(vault)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  test("T2: a changed row stops an act, and T4: a changed chain stops also what needs no quorum", async () => {
    await using vault = await made.open();
    editDatabase(made.database, (database) => database.exec("UPDATE keys SET exportable = 1"));
    await expect(vault.act(async () => {})).rejects.toMatchObject({ code: "INTEGRITY" });
    editDatabase(made.database, (database) => database.exec("DELETE FROM entries WHERE sequence = 4"));
    await expect(refuse(vault)).rejects.toMatchObject({
      code: "INTEGRITY",
      message: "audit chain: entry 4 is missing",
    });
  });

  async function checkpoint(vault: Vault): Promise<string> {
    return (await vault.reader.find("checkpoint", { id: 1 }))?.note ?? "";
  }
});
