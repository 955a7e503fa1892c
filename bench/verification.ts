import { createPublicKey, hash, type KeyObject, verify } from "node:crypto";
import Database from "better-sqlite3";
import canonicalize from "canonicalize";
import { z } from "zod";
import { parseEntry } from "../src/lib/audit/entry.ts";
import { fromHex } from "../src/lib/bytes.ts";
import { labelled } from "../src/lib/crypto/labels.ts";
import { canonicalJson } from "../src/lib/json.ts";
import { type Approval, approvalSchema } from "../src/lib/quorum/approval.ts";
import { readGeneration, rootQuorum } from "../src/lib/quorum/state.ts";
import { SCHEMA } from "../src/lib/storage/schema.ts";
import { PROJECTIONS } from "../src/lib/storage/tables.ts";
import type { Vault } from "../src/lib/vault/vault.ts";
import type { MadeVault } from "../test/support/vault.ts";
import { compare, computed, type Ratio } from "./ratio.ts";

interface Bare {
  /** Texts of the entries. */
  entries: string[];
  /** Rows of each projection that the entries left, values in the order of its columns. */
  rows: { table: string; values: unknown[][] }[];
}

/**
 * Verification as an unlock does it (signatures that this machine verified before left aside) against a bare replay,
 * which checks nothing; and the signatures by themselves.
 */
export async function verification(made: MadeVault, plans: string, rounds: number): Promise<Ratio[]> {
  await using vault = await made.open();
  await vault.remember(await vault.verify(true), true);
  const bare = await readBare(vault);
  const chain = `${bare.entries.length} entries (${plans})`;
  const unlock = () => computed(() => vault.verify());
  const replay = await compare(
    {
      what: `an unlock's verification of ${chain}`,
      against: "parse + canonicalise + hash + insert of the entries and the rows that they make",
      goal: 2,
    },
    rounds,
    unlock,
    () => computed(() => replayBare(bare)),
  );
  const entriesOnly = await compare(
    { what: "the same verification", against: "parse + canonicalise + hash + insert of the entries alone" },
    rounds,
    unlock,
    () => computed(() => replayBare({ ...bare, rows: [] })),
  );
  return [replay, entriesOnly];
}

/** The signatures of approvals, which only `audit verify --full` verifies again, against Ed25519 over the same messages. */
export async function signatures(made: MadeVault, rounds: number): Promise<Ratio> {
  await using vault = await made.open();
  await vault.remember(await vault.verify(true), true);
  const { manifest } = readGeneration(
    await rootQuorum(vault.reader),
    await present(vault.reader.find("generations", {})),
  );
  const keys = new Map(manifest.custodians.map(({ name, custodianKey }) => [name, publicKey(custodianKey)]));
  const { entries } = await readBare(vault);
  const signed = entries.flatMap((text, i) => approvalsOf(text, i + 1));
  return await compare(
    { what: `${signed.length} signatures, in a full verification`, against: "Ed25519 alone" },
    rounds,
    async () => (await computed(() => vault.verify(true))) - (await computed(() => vault.verify())),
    () =>
      computed(() => {
        for (const { statement, signature } of signed) {
          const message = labelled("approval", canonicalJson(statement));
          const key = keys.get(statement.custodian);
          if (key === undefined || !verify(null, message, key, fromHex(signature))) throw new Error("a bad signature");
        }
      }),
  );
}

const executedSchema = z.object({ approvals: z.array(approvalSchema) });

function approvalsOf(text: string, sequence: number): Approval[] {
  const { type, data } = parseEntry(text, sequence);
  return type === "plan.execute" ? executedSchema.parse(data).approvals : [];
}

/** @param hex of the Ed25519 key */
function publicKey(hex: string): KeyObject {
  const der = Buffer.from(`302a300506032b6570032100${hex}`, "hex"); // RFC 8410 section 4
  return createPublicKey({ key: der, format: "der", type: "spki" });
}

async function present<T>(found: Promise<T | undefined>): Promise<T> {
  const row = await found;
  if (row === undefined) throw new TypeError("no such row");
  return row;
}

async function readBare({ reader }: Vault): Promise<Bare> {
  const entries = (await Array.fromAsync(reader.rows("entries"))).map(({ text }) => text);
  const rows = [];
  for (const table of PROJECTIONS) {
    rows.push({ table, values: (await Array.fromAsync(reader.rows(table))).map((row) => Object.values(row)) });
  }
  return { entries, rows };
}

function replayBare({ entries, rows }: Bare): void {
  const database = new Database(":memory:");
  for (const statement of SCHEMA) database.exec(statement);
  database.pragma("foreign_keys = OFF");
  database.exec("BEGIN");
  const insert = database.prepare("INSERT INTO entries VALUES (?, ?)");
  for (const [i, text] of entries.entries()) {
    const canonical = canonicalize(JSON.parse(text)) ?? "";
    hash("sha256", canonical, "hex");
    insert.run(i + 1, canonical);
  }
  for (const { table, values } of rows) {
    const [first] = values;
    if (first === undefined) continue;
    const into = database.prepare(`INSERT INTO ${table} VALUES (${first.map(() => "?").join(", ")})`);
    for (const row of values) into.run(row);
  }
  database.exec("COMMIT");
  database.close();
}
