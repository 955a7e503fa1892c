import { ConclaveError } from "../errors.ts";
import type { PlannedAction } from "../quorum/action.ts";
import type { Reader } from "../storage/storage.ts";
import type { Algorithm } from "./algorithm.ts";
import { type KeyExportParameters, keyExport } from "./export.ts";
import { type ExportRecipient, OTHER_RECIPIENT, recipientProblem } from "./export-recipient.ts";
import { findKey } from "./find.ts";
import { referenceTo } from "./reference.ts";

/** What somebody wants to take out of the vault. */
export interface ExportRequest {
  /** NAME or KEYRING/NAME. */
  key: string;
  /** The current one if not given. */
  version: number | undefined;
  to: ExportRecipient;
}

/** The planned action of a request: names resolved to ids. @throws ConclaveError NOT_FOUND, USAGE */
export async function planExport(state: Reader, { key: name, version, to }: ExportRequest): Promise<PlannedAction> {
  const { key, keyring } = await findKey(state, name);
  const problem = recipientProblem(to, key.algorithm as Algorithm); // before a passphrase is asked for
  if (problem !== undefined) throw new ConclaveError("USAGE", problem, { suggestions: [OTHER_RECIPIENT] });
  const reference = referenceTo(key, keyring);
  const parameters: KeyExportParameters = { key: reference, version: version ?? key.version, to };
  return { action: keyExport.name, parameters };
}
