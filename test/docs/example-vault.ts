import type { KeyObject } from "node:crypto";
import { fromHex } from "../../src/lib/bytes.ts";
import { signingKey } from "../../src/lib/crypto/signature.ts";
import { Secret } from "../../src/lib/secret.ts";
import { format, readPage } from "./page.ts";

const given = new Map(
  format("example-vault")
    .section("What is given")
    .rows()
    .map(([what = "", value = ""]) => [what, Array.from(value.matchAll(/`([^`]+)`/g), (match) => match[1] ?? "")]),
);

/** What stands in backticks in a row of the table of what is given. */
function inputs(what: string): string[] {
  const found = given.get(what);
  if (found === undefined) throw new Error(`nothing is given as ${what}`);
  return found;
}

function input(what: string): string {
  return inputs(what)[0] ?? "";
}

/** An Ed25519 key of a 32-byte seed in hex. */
function keyOf(seed: string): KeyObject {
  return signingKey(new Secret(fromHex(seed)));
}

/** The inputs of docs/formats/example-vault.md. */
export const EXAMPLE = {
  vault: input("vault"),
  epoch: input("epoch"),
  quorum: input("quorum"),
  keyring: input("keyring"),
  key: input("key"),
  secondKeyring: input("second keyring"),
  secondKey: input("second key"),
  quorumSecret: fromHex(input("quorum secret")),
  secondQuorumSecret: fromHex(input("quorum secret of generation 2")),
  hostKey: keyOf(input("host key")),
  kek: fromHex(input("KEK")),
  kekNonce: input("nonce of the wrapped KEK"),
  material: fromHex(input("key material")),
  materialNonce: input("nonce of the wrapped material"),
  /** The age identity of the plans' session. */
  session: input("session of the plans"),
  custodians: [...given.keys()].flatMap((what) => {
    const [, name, x] = /^(\w+), x = (\d)$/.exec(what) ?? [];
    const [seed = "", ageIdentity] = inputs(what);
    return name === undefined ? [] : [{ name, x: Number(x), custodianKey: keyOf(seed), ageIdentity }];
  }),
} as const;

/** The audit entries of the example vault, as they stand in the file. */
export function exampleEntries(): string[] {
  return readPage("docs/formats/example-entries.jsonl").text.trimEnd().split("\n");
}

/** Those that follow in another continuation, of keys in use. */
export function useEntries(): string[] {
  return readPage("docs/formats/example-use-entries.jsonl").text.trimEnd().split("\n");
}

/** Those that follow in a third one, of keys that leave. */
export function exportEntries(): string[] {
  return readPage("docs/formats/example-export-entries.jsonl").text.trimEnd().split("\n");
}

/** Those that follow in another one, of a key that is imported. */
export function importEntries(): string[] {
  return readPage("docs/formats/example-import-entries.jsonl").text.trimEnd().split("\n");
}

/** Those that follow in the chain, of backups. */
export function laterEntries(): string[] {
  return readPage("docs/formats/example-backup-entries.jsonl").text.trimEnd().split("\n");
}

/** The one that follows in another one, of a ceremony. */
export function ceremonyEntries(): string[] {
  return readPage("docs/formats/example-ceremony-entries.jsonl").text.trimEnd().split("\n");
}
