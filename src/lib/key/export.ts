import { z } from "zod";
import { entryError } from "../audit/entry.ts";
import { effectType } from "../audit/entry-type.ts";
import { sha256Hex } from "../crypto/digest.ts";
import { ConclaveError } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import { digestSchema } from "../names.ts";
import type { Action } from "../quorum/action.ts";
import type { Reader } from "../storage/storage.ts";
import type { Row } from "../storage/tables.ts";
import type { Unlocked } from "../vault/unlocked.ts";
import type { Algorithm } from "./algorithm.ts";
import {
  OTHER_RECIPIENT,
  recipientFingerprints,
  recipientLines,
  recipientProblem,
  recipientSchema,
  sealTo,
} from "./export-recipient.ts";
import { guardians, keyPath, keyReferenceSchema, requireKey } from "./reference.ts";
import { type KeyState, LEAVING_STATES, mayLeave, stateAt } from "./state.ts";
import { wholeOutput } from "./stream-output.ts";
import { type Sent, transferableUsages, writeTransfer } from "./transfer.ts";
import type { TransferRequest } from "./transfer-request.ts";
import { materialOf, type UsableVersion } from "./use.ts";

const parametersSchema = z.strictObject({
  key: keyReferenceSchema,
  version: z.int().positive(),
  to: recipientSchema,
});

export type KeyExportParameters = z.infer<typeof parametersSchema>;

/** Let the secret of a key leave the vault, sealed: whoever can open it has the key from then on. */
export const keyExport: Action<KeyExportParameters> = {
  name: "key.export",
  parameters: parametersSchema,
  quorums: ({ key }, state) => guardians(state, key.keyring),
  render: ({ key, version, to }) => [
    { label: "Key", value: keyPath(key) },
    { label: "Id", value: `${key.id}, version ${version}, keyring ${key.keyring.id}` },
    { label: "Effect", value: "its secret leaves the vault: whoever opens the file has the key, for good" },
    ...recipientLines(to),
  ],
  confirmation: ({ key }) => key.name,
  newPassphrase: ({ key, to }) => (to.kind === "passphrase" ? key.name : undefined),
  async check(parameters, state, time) {
    await checkExport(parameters, state, time);
  },
  async *execute(parameters, vault, time) {
    const { key, version, to } = parameters;
    const exported = await checkExport(parameters, vault.reader, time);
    using material = await materialOf(vault, exported);
    const problem = recipientProblem(to, exported.algorithm, material.length);
    if (problem !== undefined) throw new ConclaveError("USAGE", problem);
    const passphrase = vault.entrusted.exportPassphrases?.get(key.name);
    const sealed =
      to.kind === "vault"
        ? writeTransfer(to.request, await sentOf(vault, exported, time), material)
        : await sealTo(to, exported.algorithm, material, passphrase);
    const sha256 = sha256Hex(sealed); // before they go: an output takes the bytes over
    const { output } = await wholeOutput(vault.place, sealed);
    const recipients = recipientFingerprints(to);
    yield {
      data: { key: key.id, output: sha256, recipients },
      told: { key: key.id, version, sha256, recipients },
      outputs: [output],
    };
  },
};

export const keyExportEntry = effectType({
  type: keyExport.name,
  data: z.strictObject({
    plan: z.string(),
    action: z.int(),
    key: z.string(),
    /** SHA-256 of what left: it is not the vault's to keep. */
    output: digestSchema,
    recipients: z.array(digestSchema).max(LIMITS.recipients),
  }),
  parameters: parametersSchema,
  async project(entry, { key, recipients }, parameters, { tables }) {
    await checkExport(parameters, tables, entry.time);
    if (key !== parameters.key.id) throw entryError(entry, "of another key than the plan's");
    if (recipients.join() !== recipientFingerprints(parameters.to).join())
      throw entryError(entry, "to other recipients than the plan's");
  },
});

async function checkExport(
  { key, version, to }: KeyExportParameters,
  state: Reader,
  time: string,
): Promise<UsableVersion> {
  const row = await requireKey(state, key);
  const path = keyPath(key);
  if (row.exportable === 0) {
    throw new ConclaveError("REFUSED", `key ${path} is not exportable`, {
      suggestions: ["Whether a key is, is decided when it is made: key create --exportable"],
    });
  }
  const found = await state.find("keyVersions", { key: row.id, version });
  if (found === undefined) throw new ConclaveError("NOT_FOUND", `key ${path} has no version ${version}`);
  const is = stateAt(found, time);
  if (!mayLeave(is)) {
    const allowed = LEAVING_STATES.join(", ");
    throw new ConclaveError(
      "REFUSED",
      `key ${path} version ${version} is ${is}: exported are keys that are ${allowed}`,
    );
  }
  if (to.kind === "vault") await checkVault(to.request, path, row, is, state, time);
  const algorithm = row.algorithm as Algorithm;
  const problem = recipientProblem(to, algorithm);
  if (problem !== undefined) {
    throw new ConclaveError("USAGE", problem, { suggestions: [OTHER_RECIPIENT] });
  }
  return { key: row, version: found, algorithm };
}

/** @param is state of the version. @throws ConclaveError REFUSED */
async function checkVault(
  { expires, rehearsal }: TransferRequest,
  path: string,
  { usages }: Row<"keys">,
  is: KeyState,
  state: Reader,
  time: string,
): Promise<void> {
  if (expires <= time)
    throw new ConclaveError("REFUSED", `the request expired at ${expires}`, {
      suggestions: ["Ask for a new one: conclave key wrapping-key, then conclave key request, on the other host"],
    });
  const vault = await state.find("vault", {});
  if (rehearsal && vault?.rehearsal !== 1)
    throw new ConclaveError(
      "REFUSED",
      `key ${path} is no rehearsal's, and the vault that asks for it is for rehearsals`,
    );
  if (transferableUsages(is, JSON.parse(usages)).length === 0)
    throw new ConclaveError("REFUSED", `key ${path} is ${is}: nothing is left that it may be used for elsewhere`);
}

async function sentOf({ identity, reader }: Unlocked, { key, version }: UsableVersion, time: string): Promise<Sent> {
  const { id, name, epoch, genesis, hostKey, rehearsal } = identity;
  const keyring = await reader.find("keyrings", { id: key.keyring });
  if (keyring === undefined) throw new TypeError("a key without its keyring");
  const tags: Record<string, string> = {};
  for await (const tag of reader.rows("keyTags", { where: { key: key.id } })) tags[tag.name] = tag.value;
  const from = { vault: id, name, epoch, genesis, hostKey, rehearsal: rehearsal === 1 };
  return { from, key, keyring, version, state: stateAt(version, time), tags, time };
}
