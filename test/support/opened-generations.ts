import { existsSync, readFileSync } from "node:fs";
import type { Secret } from "../../src/lib/secret.ts";
import { readDocument, type ShareDocument } from "../../src/lib/share/document.ts";
import { openWithPassphrase } from "../../src/lib/share/sealed-file.ts";
import { combineShares } from "../../src/lib/share/shamir.ts";
import type { Reader } from "../../src/lib/storage/storage.ts";
import type { Row } from "../../src/lib/storage/tables.ts";
import { type QuorumSecretPlace, quorumKey } from "../../src/lib/vault/hierarchy.ts";
import type { MadeVault } from "./vault.ts";

/** A generation, opened by hand from its shares: what only a quorum can see. */
export interface OpenedGeneration {
  row: Row<"generations">;
  place: QuorumSecretPlace;
  documents: readonly { custodian: string; document: ShareDocument }[];
  secret: Secret;
  key: Secret;
}

/** Every generation of which a threshold of shares opens with the passphrases of the vault. @param owned owns the secrets */
export async function openGenerations(
  made: MadeVault,
  reader: Reader,
  owned: DisposableStack,
): Promise<OpenedGeneration[]> {
  const vault = (await reader.find("vault", {}))?.id;
  if (vault === undefined) throw new TypeError("no vault");
  const opened: OpenedGeneration[] = [];
  for await (const row of reader.rows("generations")) {
    const { quorum, generation, manifestHash, manifest } = row;
    const { threshold } = JSON.parse(manifest) as { threshold: number };
    const documents = [];
    for await (const seat of reader.rows("seats", { where: { quorum, generation } })) {
      const document = await documentOf(made, reader, seat);
      if (document !== undefined) documents.push({ custodian: seat.custodian, document: owned.use(document) });
    }
    if (documents.length < threshold) continue;
    const shares = documents.map(({ document }) => document.record.share);
    const secret = owned.use(await combineShares(shares, threshold));
    const place = { vault, quorum, generation };
    opened.push({ row, place, documents, secret, key: owned.use(quorumKey(secret, manifestHash, place)) });
  }
  return opened;
}

/** What opens with the custodian's passphrase, if it does. */
async function documentOf(
  made: MadeVault,
  reader: Reader,
  { quorum, generation, custodian, file }: Row<"seats">,
): Promise<ShareDocument | undefined> {
  const first = (await reader.find("quorums", { id: quorum }))?.name === "root" && generation === 1;
  if (first) return made.document(custodian);
  if (file === null || !existsSync(file)) return undefined;
  try {
    using text = await openWithPassphrase(Uint8Array.from(readFileSync(file)), made.passphrase(custodian));
    return readDocument(text);
  } catch {
    return undefined; // sealed to an enrolment
  }
}
