import { ChainFile } from "../../src/lib/audit/chain-file.ts";
import { entryHash } from "../../src/lib/audit/entry.ts";
import type { ByteSource } from "../../src/lib/audit/line-source.ts";
import { concat, fromUtf8, utf8 } from "../../src/lib/bytes.ts";
import { type ExportedSurroundings, verifyExported } from "../../src/lib/quorum/verify-exported.ts";
import type { VerificationRequest } from "../../src/lib/quorum/verify-vault.ts";
import { exportChain } from "../../src/lib/vault/export-chain.ts";
import type { MadeVault } from "./vault.ts";

/** The bytes of a vault's exported chain. */
export async function exportedOf(made: MadeVault): Promise<Uint8Array> {
  await using vault = await made.open();
  const parts: Uint8Array[] = [];
  await exportChain(vault, (bytes) => parts.push(bytes));
  return concat(...parts);
}

/** Its lines: head, entries, checkpoint. */
export function linesOf(chain: Uint8Array): string[] {
  return fromUtf8(chain).split("\n").slice(0, -1);
}

export function chainOf(lines: readonly string[]): Uint8Array {
  return utf8(lines.map((line) => `${line}\n`).join(""));
}

/** Genesis hash of an exported chain. */
export function genesisOf(chain: Uint8Array): string {
  return entryHash(linesOf(chain)[1] ?? "");
}

export function byteSource(bytes: Uint8Array): ByteSource {
  let at = 0;
  return {
    read(into) {
      const part = bytes.subarray(at, at + into.length);
      into.set(part);
      at += part.length;
      return into.subarray(0, part.length);
    },
  };
}

/** Verify an exported chain as `audit verify --in` does, on a machine that knows no vault if no state is given. */
export async function verifyChainFile(
  made: MadeVault,
  chain: Uint8Array,
  request: Partial<VerificationRequest> = {},
  around: Partial<ExportedSurroundings> = {},
) {
  const { types } = made.surroundings;
  const state = made.place.file("nowhere");
  return await verifyExported(
    new ChainFile(byteSource(chain), "a.chain"),
    { genesis: undefined, checkpoint: undefined, acceptRecovery: [], ...request },
    { types, state, ...around },
  );
}
