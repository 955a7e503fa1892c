import { existsSync, mkdtempSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createBackup } from "../backup/create.ts";
import { utf8 } from "../bytes.ts";
import { generateIdentity } from "../crypto/age-recipient.ts";
import { createPrivateDirectory } from "../host/directory.ts";
import { createFileDurably } from "../host/files.ts";
import type { InputType } from "./input-type.ts";
import {
  passphraseFile,
  REHEARSAL_CUSTODIANS,
  type Rehearsal,
  type RehearsalOptions,
  type RehearsedAct,
  shareFileOf,
} from "./rehearsal-place.ts";
import { foundRehearsalVault, openRehearsal, performRehearsed } from "./rehearsal-vault.ts";
import type { Input, Script, Value } from "./script.ts";
import { valuesOf } from "./script.ts";

/** Make the place. What the script restores is there from the beginning; other things follow once the inputs are known. */
export async function beginRehearsal(script: Script, options: RehearsalOptions): Promise<Rehearsal> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "conclave-rehearsal-")));
  for (const name of ["state", "passphrases", "backups", "out"]) createPrivateDirectory(join(folder, name));
  const restores = script.steps.some((step) => "restore" in step);
  const proves = script.steps.some((step) => "prove" in step && valuesOf(step)["backup"] !== undefined);
  const rehearsal: Rehearsal = {
    folder,
    vault: join(folder, "vault"),
    stateHome: join(folder, "state"),
    backup: undefined,
    custodians: [],
  };
  if (!restores && !proves) return rehearsal;
  const lost = { ...rehearsal, vault: join(folder, "lost"), stateHome: join(folder, "state-of-the-lost-host") };
  const place = restores ? lost : rehearsal;
  createPrivateDirectory(place.stateHome);
  await found(place, options);
  await performRehearsed(place, [keyAction("payments", "default", false)], options);
  return { ...rehearsal, backup: await backUp(place, options), custodians: REHEARSAL_CUSTODIANS };
}

/** What is usual for an input in a rehearsal, so that one can simply go on. */
export function rehearsedAnswer({ folder, backup }: Rehearsal, script: Script, name: string, { type }: Input): string {
  if (type === "existing-file" && backup !== undefined) return backup;
  if (type === "directory" && backup !== undefined && isRestored(script, name)) return join(folder, "backups");
  if (type === "custodians") return isOfGenesis(script) ? "alice bob carol" : "alice bob dave";
  if (type === "directory") return join(folder, name);
  if (type === "existing-file" || type === "new-file") return join(folder, "out", name);
  return ANSWERS[type];
}

const ANSWERS = {
  name: "rehearsal",
  text: "a rehearsal",
  integer: "2",
  "yes-no": "no",
  duration: "1y",
  algorithm: "aes-256",
  usages: "default",
  "key-name": "rehearsed",
  "existing-key": "payments",
  "existing-keys": "payments",
  "keyring-name": "rehearsed",
  "existing-keyring": "payments",
  "quorum-name": "rehearsed",
  "existing-quorum": "root",
} as const satisfies Record<Exclude<InputType, "directory" | "existing-file" | "new-file" | "custodians">, string>;

/**
 * Make the vault that a script acts on, with the keyrings and keys that it names.
 * @param script with its inputs filled in
 * @param made what was made for it before, with other inputs; is added to
 */
export async function prepareRehearsal(
  rehearsal: Rehearsal,
  script: Script,
  options: RehearsalOptions,
  made: Set<string>,
): Promise<readonly string[]> {
  if (script.steps.some((step) => "genesis" in step || "restore" in step)) return rehearsal.custodians;
  if (!existsSync(rehearsal.vault)) await found(rehearsal, options);
  for (const step of script.steps) if ("export" in step) await makeRecipient(valuesOf(step)["to"], rehearsal);
  for (const act of neededActs(script)) {
    if (made.has(JSON.stringify(act))) continue;
    await performRehearsed(rehearsal, [act], options);
    made.add(JSON.stringify(act));
  }
  return REHEARSAL_CUSTODIANS;
}

/** Somebody to whom a key is exported; nobody has the identity. */
async function makeRecipient(to: Value | undefined, { folder }: Rehearsal): Promise<void> {
  if (typeof to !== "string" || !to.startsWith(`${folder}/`) || existsSync(to)) return;
  const { recipient } = await generateIdentity("hybrid");
  createFileDurably(to, utf8(`${recipient}\n`));
}

async function found(rehearsal: Rehearsal, { around, attended }: RehearsalOptions): Promise<void> {
  const custodians = REHEARSAL_CUSTODIANS.map((name) => ({
    name,
    shareFile: shareFileOf(rehearsal, name),
    passphraseFile: passphraseFile(rehearsal, name, attended),
  }));
  await foundRehearsalVault(rehearsal, custodians, around);
}

async function backUp(rehearsal: Rehearsal, { host, around }: RehearsalOptions): Promise<string> {
  await using vault = await openRehearsal(rehearsal, around);
  const path = join(rehearsal.folder, "backups");
  const { name } = await createBackup(vault, { to: [{ kind: "directory", path }], tool: host.tool });
  return join(path, name);
}

function keyAction(name: string, keyring: string, preActive: boolean): RehearsedAct {
  const values = { name, keyring, algorithm: "aes-256", "pre-active": preActive, exportable: true };
  return { action: "key.create", with: values };
}

/** What must be there for the script's actions: keyrings, then keys, in the states that they start from. */
function neededActs(script: Script): RehearsedAct[] {
  const [keyrings, keys] = [new Set<string>(), new Map<string, string>()];
  const made = new Set<string>();
  for (const step of script.steps) {
    if ("export" in step) keys.set(String(valuesOf(step)["key"]), "key.export");
    const into = "import" in step ? valuesOf(step)["keyring"] : undefined;
    if (typeof into === "string" && into !== "default") keyrings.add(into);
    if (!("action" in step)) continue;
    const { keyring, key, keys: several, name } = valuesOf(step);
    if (step.action === "keyring.create") made.add(String(name));
    const ring = step.action.startsWith("keyring.") ? (keyring ?? name) : keyring;
    if (typeof ring === "string" && ring !== "default" && !made.has(ring)) keyrings.add(ring);
    if (step.action === "key.create") made.add(String(name));
    const named = [key, ...(Array.isArray(several) ? several : [several])].filter((one) => typeof one === "string");
    for (const one of named) if (!made.has(one) && !keys.has(one)) keys.set(one, step.action);
  }
  for (const key of keys.keys()) {
    const [ring, name] = key.split("/");
    if (name !== undefined && ring !== undefined && ring !== "default") keyrings.add(ring);
  }
  return [
    ...[...keyrings].map((name): RehearsedAct => ({ action: "keyring.create", with: { name } })),
    ...[...keys].flatMap(([key, action]) => keyActs(key, action)),
  ];
}

function keyActs(key: string, action: string): RehearsedAct[] {
  const [ring = "", own] = key.split("/");
  const create = keyAction(own ?? key, own === undefined ? "default" : ring, action === "key.activate");
  if (action !== "key.resume") return [create];
  return [create, { action: "key.suspend", with: { key, reason: "a rehearsal" } }];
}

function isOfGenesis({ steps }: Script): boolean {
  return steps.some((step) => "genesis" in step);
}

/** Whether an input is what the script restores from. */
function isRestored({ steps }: Script, name: string): boolean {
  const wanted = `\${inputs.${name}}`;
  return steps.some((step) => ("restore" in step || "prove" in step) && valuesOf(step)["backup"] === wanted);
}
