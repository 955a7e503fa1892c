import { existsSync, readFileSync } from "node:fs";
import { parseEntry } from "../../src/lib/audit/entry.ts";
import { sha256Hex } from "../../src/lib/crypto/digest.ts";
import { outputsFolder } from "../../src/lib/host/output-record.ts";
import { type CanonicalState, filesIn } from "./canonical-state.ts";
import { encrypt } from "./file-acts.ts";
import { create, together } from "./key-acts.ts";
import type { MutatingCommand, Stage } from "./mutating-commands.ts";
import { expectSame, inForce, stageOfKey } from "./stages.ts";
import { traced } from "./strace.ts";
import { AT_HAND, found, VAULT, vaultOf } from "./two-custodians.ts";
import type { Workspace } from "./workspace.ts";

/** Two segments and a bit. */
const PLAIN = new Uint8Array(2 * 1024 * 1024 + 77).fill(7);

const FILE = "out/made";
const ENCRYPT = ["key", "encrypt", "payments", "--in", "plain", "--out", FILE, ...VAULT, ...AT_HAND];
const DECRYPT = ["key", "decrypt", "--in", "encrypted", "--out", FILE, ...VAULT, ...AT_HAND];
const TO = "age1ezeppldsqvgtd7z0qdukr4my3qykv4w2j0ugtreqshqmgp6kpq3s3urkck";
const EXPORT = ["key", "export", "payments", "--to", TO, "--out", FILE, ...VAULT, ...AT_HAND];
const MAC = ["key", "mac", "webhooks", "--in", "message", "--out", FILE, ...VAULT, ...AT_HAND];
const CREATE = ["key", "create", "another", "--algorithm", "aes-256", ...VAULT, ...AT_HAND];

/** Acts that make a file: wherever they are cut off, the next command that writes the vault finishes or removes it. */
export const OUTPUT_COMMANDS: readonly MutatingCommand[] = [
  making("key decrypt", DECRYPT, false),
  making("key encrypt", ENCRYPT, false),
  making("key export", EXPORT, true),
  making("key mac", MAC, false),
  settling("an output of an executed plan", "link", ["made"]),
  settling("an output of a plan that was not executed", "writev", []),
];

function making(name: string, args: readonly string[], announces: boolean): MutatingCommand {
  return {
    name,
    variantOf: "key create",
    prepare: prepareFiles,
    args,
    status: 0,
    announces,
    stage: stageOfOutput,
    next: { args, status: { before: 0, after: 4 } },
    end: (place) => expectEnded(place, ["made"]),
  };
}

/** The next command, disturbed while it settles what another left that was killed at its first such call. */
function settling(what: string, call: "link" | "writev", files: readonly string[]): MutatingCommand {
  return {
    name: `key create over ${what}`,
    variantOf: "key create",
    prepare: async (place) => {
      await prepareFiles(place);
      const { seen } = await traced(place, DECRYPT, { inject: [`${call}:signal=KILL:when=1`] });
      if (seen.status !== 137 || filesIn(place.file("out")).length !== 2) throw new Error(String(seen));
    },
    args: CREATE,
    status: 0,
    announces: true,
    stage: stageOfKey,
    next: { args: CREATE, status: { before: 0, after: 4 } },
    end: (place) => expectEnded(place, files),
  };
}

async function prepareFiles(place: Workspace): Promise<void> {
  process.execArgv.length = 0; // vitest preloads a module, which a process that handles secrets refuses
  await found(place);
  const made = vaultOf(place);
  await place.write("plain", PLAIN);
  await place.write("message", "pay the bearer\n");
  await place.write("out/beside", "");
  const webhooks = create("webhooks", { algorithm: "hmac-sha256" });
  await made.perform(together(create("payments", { exportable: true }), webhooks));
  await encrypt(made, "payments", "plain", "encrypted");
}

/** One plan more or none, and the file whole or not there. */
async function stageOfOutput(found: CanonicalState, before: CanonicalState, place: Workspace): Promise<Stage> {
  const { plans = [], ...others } = inForce(found).projections;
  const { plans: oldPlans = [], ...oldOthers } = inForce(before).projections;
  expectSame("projections beside the plans", others, oldOthers);
  const more = plans.length - oldPlans.length;
  if (more > 1) throw new Error(`${more} plans were executed`);
  if (existsSync(place.file(FILE))) {
    if (more === 0) throw new Error("a file without an executed plan");
    await expectWhole(place);
  }
  return more === 0 ? "before" : "after";
}

/** The file is what the last entry says, or what was encrypted. */
async function expectWhole(place: Workspace): Promise<void> {
  const bytes = Uint8Array.from(readFileSync(place.file(FILE)));
  await using vault = await vaultOf(place).open();
  const entries = await Array.fromAsync(vault.reader.rows("entries"), ({ text, sequence }) =>
    parseEntry(text, sequence),
  );
  const data = entries.findLast(({ type }) => /^key\.(?:en|de)crypt|key\.(?:export|mac)$/.test(type))?.data ?? {};
  const { output, mac, size } = data as { output?: string | { sha256: string }; mac?: string; size?: number };
  const wanted = typeof output === "string" ? output : (output?.sha256 ?? mac);
  if (mac !== undefined)
    return expectSame("the MAC", sha256Hex(Buffer.from(Buffer.from(bytes).toString(), "base64")), mac);
  if (size === undefined) return expectSame("the output", sha256Hex(bytes), wanted);
  if (Buffer.compare(bytes, PLAIN) !== 0) throw new Error("the output is not what was encrypted");
}

/** Whatever writes the vault next, nothing is left then but these files: no temporary name, no record. */
async function expectEnded(place: Workspace, files: readonly string[]): Promise<void> {
  const seen = await place.run("custodian", "request", ...VAULT, "--out", "request");
  if (seen.status !== 0) throw new Error(String(seen));
  expectSame("files", filesIn(place.file("out")), ["beside", ...files].toSorted());
  const { state } = vaultOf(place);
  await using vault = await vaultOf(place).open();
  expectSame("records", filesIn(outputsFolder(state, vault.identity.id)), []);
  if (files.length > 0) await expectWhole(place);
}
