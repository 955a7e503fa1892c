import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { concat, fromHex, hex, utf8 } from "../../src/lib/bytes.ts";
import { encodeRecord } from "../../src/lib/share/record.ts";
import { backupSeed, unwrapKek } from "../../src/lib/vault/hierarchy.ts";
import { openMaterials } from "./materials.ts";
import { openGenerations } from "./opened-generations.ts";
import type { MadeVault } from "./vault.ts";

/** A secret that must be nowhere but where it belongs. */
export interface Canary {
  what: string;
  bytes: Uint8Array;
}

/** All secrets of a vault: passphrases, shares, custodian keys, and what they unlock. */
export async function canariesOf(made: MadeVault): Promise<Canary[]> {
  const canaries: Canary[] = [];
  const plant = (what: string, bytes: Uint8Array) => canaries.push({ what, bytes: Uint8Array.from(bytes) });
  for (const name of made.custodians) plant(`${name}'s passphrase`, utf8(made.passphrase(name)));
  await using vault = await made.open();
  const { reader } = vault;
  using owned = new DisposableStack();
  for (const { row, place, documents, secret, key } of await openGenerations(made, reader, owned)) {
    const of = row.generation === 1 ? "" : `, generation ${row.generation}`;
    for (const { custodian, document } of documents) {
      const { record, custodianSeed } = document;
      using text = encodeRecord(record);
      plant(`${custodian}'s record${of}`, text.reveal());
      plant(`${custodian}'s share${of}`, record.share.bytes.reveal());
      if (custodianSeed !== undefined) plant(`${custodian}'s custodian key${of}`, custodianSeed.reveal());
    }
    plant(`the quorum secret${of}`, secret.reveal());
    using backup = backupSeed(secret, place);
    plant(`the backup identity${of}`, backup.reveal());
    plant(`the quorum key${of}`, key.reveal());
    for await (const { id: keyring } of reader.rows("keyrings", { where: { quorum: row.quorum } })) {
      for await (const { version, blob } of reader.rows("keks", { where: { keyring, generation: row.generation } })) {
        const wrapped = (await reader.find("blobs", { hash: blob }))?.bytes ?? new Uint8Array();
        using kek = unwrapKek(key, wrapped, { ...place, keyring, version });
        plant(`KEK ${version} of ${keyring}${of}`, kek.reveal());
      }
    }
  }
  const materials = await openMaterials(made);
  for await (const { key, version } of reader.rows("keyVersions")) {
    const name = (await reader.find("keys", { id: key }))?.name;
    const material = materials.get(`${key}/${version}`); // none if it was destroyed
    if (material !== undefined) plant(`material of ${name}`, fromHex(material));
  }
  return canaries;
}

/** Which canaries stand in `haystack`, as they are, in hexadecimal digits, in base64 or as UTF-16. */
export function leaksIn(haystack: Uint8Array, canaries: readonly Canary[]): string[] {
  const hay = Buffer.from(haystack.buffer, haystack.byteOffset, haystack.byteLength);
  return canaries.flatMap(({ what, bytes }) =>
    spellings(bytes).flatMap(([spelling, needle]) => (hay.includes(needle) ? [`${what} (${spelling})`] : [])),
  );
}

/** Leaks in every file below a folder, but for those whose path matches `except`. */
export function leaksInFiles(folder: string, canaries: readonly Canary[], except: RegExp): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !except.test(path))
    .flatMap((path) => leaksIn(readFileSync(path), canaries).map((leak) => `${path}: ${leak}`));
}

function spellings(bytes: Uint8Array): [string, Buffer][] {
  const digits = hex(bytes);
  return [
    ["as it is", Buffer.from(bytes)],
    ["in hexadecimal digits", Buffer.from(digits)],
    ["in capital hexadecimal digits", Buffer.from(digits.toUpperCase())],
    ["as UTF-16", Buffer.from(Buffer.from(bytes).toString("latin1"), "utf16le")],
    ...[0, 1, 2].flatMap((offset): [string, Buffer][] => [
      ["in base64", Buffer.from(middleOfBase64(bytes, offset, "base64"))],
      ["in base64url", Buffer.from(middleOfBase64(bytes, offset, "base64url"))],
    ]),
  ];
}

/** The part of the base64 of a longer text that depends on `bytes` alone, where these start at `offset` modulo 3. */
function middleOfBase64(bytes: Uint8Array, offset: number, encoding: "base64" | "base64url"): string {
  const text = Buffer.from(concat(new Uint8Array(offset), bytes))
    .toString(encoding)
    .replaceAll("=", "");
  return text.slice(offset === 0 ? 0 : offset + 1, -1);
}
