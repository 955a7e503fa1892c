import { z } from "zod";
import { ConclaveError } from "../errors.ts";
import { findKeyring } from "../key/find.ts";
import { keyringCreate } from "../key/keyring-create.ts";
import { keyringRewrap } from "../key/keyring-rewrap.ts";
import { keyringRotate } from "../key/keyring-rotate.ts";
import type { PlannedAction } from "../quorum/action.ts";
import { ROOT_QUORUM, requireQuorum } from "../quorum/state.ts";
import type { Reader } from "../storage/storage.ts";
import type { Row } from "../storage/tables.ts";
import { oneOf, row, type ScriptedAction, textValue } from "./scripted-row.ts";

/** One keyring, or all that a quorum guards. */
const keyrings = z.strictObject({ keyring: textValue.optional(), quorum: textValue.optional() });

/** Actions on keyrings, as scripts say them. */
export const KEYRING_ACTIONS: readonly [string, ScriptedAction][] = [
  [
    keyringCreate.name,
    row(
      "Make a keyring",
      z.strictObject({ name: textValue, quorum: textValue.default(ROOT_QUORUM) }),
      async (given, { state }) => {
        const { id, name } = await requireQuorum(state, given.quorum);
        return [{ action: keyringCreate.name, parameters: { name: given.name, quorum: { id, name } } }];
      },
    ),
  ],
  [
    keyringRotate.name,
    row(
      "Make a new key-encryption key",
      keyrings,
      async (given, { state }) =>
        (await keyringsOf(given, state)).map(({ id, name, kekVersion }) => ({
          action: keyringRotate.name,
          parameters: { keyring: { id, name }, from: kekVersion },
        })),
      oneOf("keyring", "quorum"),
    ),
  ],
  [
    keyringRewrap.name,
    row(
      "Wrap everything under the new key-encryption key, and destroy the older ones",
      keyrings,
      async (given, { state, earlier }) =>
        (await keyringsOf(given, state)).map(({ id, name, kekVersion }) => ({
          action: keyringRewrap.name,
          parameters: { keyring: { id, name }, to: kekVersion + (rotates(earlier, id) ? 1 : 0) },
        })),
      oneOf("keyring", "quorum"),
    ),
  ],
];

/** One keyring, or all that a quorum guards. */
async function keyringsOf(
  { keyring, quorum }: { keyring?: string | undefined; quorum?: string | undefined },
  state: Reader,
): Promise<Row<"keyrings">[]> {
  if (keyring !== undefined) return [await findKeyring(state, keyring)];
  const { id, name } = await requireQuorum(state, quorum ?? "");
  const guarded: Row<"keyrings">[] = [];
  for await (const found of state.rows("keyrings")) if (found.quorum === id) guarded.push(found);
  if (guarded.length === 0) throw new ConclaveError("REFUSED", `quorum ${name} guards no keyring`);
  return guarded;
}

function rotates(earlier: readonly PlannedAction[], keyring: string): boolean {
  return earlier.some(
    ({ action, parameters }) =>
      action === keyringRotate.name && (parameters["keyring"] as { id?: string }).id === keyring,
  );
}
