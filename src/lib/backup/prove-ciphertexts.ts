import { IntegrityError } from "../errors.ts";
import type { Reader } from "../storage/storage.ts";
import type { Row } from "../storage/tables.ts";
import type { Unlocked } from "../vault/unlocked.ts";

/** How many ciphertexts were opened, and how many nobody present can open. */
export interface ProvedCiphertexts {
  /** Wrapped key-encryption keys. */
  keks: number;
  /** Wrapped key versions. */
  materials: number;
  /** Key versions of quorums that are not present: their hashes alone were compared. */
  unopened: number;
  /** Names of these quorums. */
  quorums: string[];
}

/**
 * Open every ciphertext of the quorums that are present, and throw away what comes out.
 * @throws IntegrityError naming the first that doesn't open
 */
export async function proveCiphertexts(
  unlocked: Unlocked,
  progress?: (done: number, total: number) => void,
): Promise<ProvedCiphertexts> {
  const { reader } = unlocked;
  const keyrings = new Map<string, Row<"keyrings">>();
  const absent = new Set<string>();
  let keks = 0;
  for await (const keyring of reader.rows("keyrings")) {
    keyrings.set(keyring.id, keyring);
    if (unlocked.opens(keyring.quorum)) keks += await unlocked.openKeks(keyring);
    else absent.add(keyring.quorum);
  }
  const total = await reader.count("keyVersions");
  let [materials, unopened, done] = [0, 0, 0];
  for await (const rows of reader.portions("keyVersions")) {
    for (const row of rows) {
      if (row.blob === null) continue;
      const { keyring, algorithm } = await ownerOf(reader, row);
      const quorum = keyrings.get(keyring)?.quorum;
      if (quorum === undefined || absent.has(quorum)) {
        unopened += 1;
        continue;
      }
      const owner = { keyring, key: row.key, version: row.version, algorithm };
      using _ = await unlocked.unwrap(owner, row.kekVersion, row.blob);
      materials += 1;
    }
    done += rows.length;
    progress?.(done, total);
  }
  return { keks, materials, unopened, quorums: await namesOf(reader, absent) };
}

async function ownerOf(reader: Reader, { key, version }: Row<"keyVersions">): Promise<Row<"keys">> {
  const row = await reader.find("keys", { id: key });
  if (row === undefined) throw new IntegrityError(`key ${key}`, `is missing, but not its version ${version}`);
  return row;
}

async function namesOf(reader: Reader, ids: ReadonlySet<string>): Promise<string[]> {
  const rows = await Array.fromAsync(ids, (id) => reader.find("quorums", { id }));
  return rows.flatMap((row) => row?.name ?? []).sort();
}
