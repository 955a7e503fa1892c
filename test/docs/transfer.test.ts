import { createHash, createPrivateKey, createPublicKey, sign } from "node:crypto";
import { bech32 } from "@scure/base";
import { expect, test } from "vitest";
import { AuditChain } from "../../src/lib/audit/chain.ts";
import { concat, hex, utf8 } from "../../src/lib/bytes.ts";
import { ENTRY_TYPES } from "../../src/lib/catalogue.ts";
import { recipientOf } from "../../src/lib/crypto/age-recipient.ts";
import { sha256, sha256Hex } from "../../src/lib/crypto/digest.ts";
import { unwrapKey } from "../../src/lib/crypto/key-wrap.ts";
import { unwrapByOaep } from "../../src/lib/crypto/rsa-oaep.ts";
import { publicKeyOf, signingKey } from "../../src/lib/crypto/signature.ts";
import { digestWords } from "../../src/lib/crypto/words.ts";
import { canonicalFile, canonicalJson } from "../../src/lib/json.ts";
import { parseTransfer, wrappedOf } from "../../src/lib/key/transfer.ts";
import { parseTransferRequest, transferRequestDigest } from "../../src/lib/key/transfer-request.ts";
import { Secret } from "../../src/lib/secret.ts";
import { scratchTables } from "../support/scratch-tables.ts";
import { exampleEntries, exportEntries } from "./example-vault.ts";
import { format } from "./page.ts";

const page = format("transfer");
const vector = page.section("Test vector");
const [request, transfer] = vector.fenced("json").map((text) => JSON.parse(text));
const [requestDigest, requestWords, requestSignature, fileDigest, fileWords] = vector.indented();

test("the request: digest, words, and the host's signature", () => {
  const message = concat(utf8("conclave/transfer-request/v1"), Uint8Array.of(0), utf8(canonicalJson(request)));
  const digest = createHash("sha256").update(message).digest("hex");
  const hostKey = signingKey(new Secret(sha256(utf8("partner host key"))));
  const signature = hex(sign(null, message, hostKey));
  expect([digest, digestWords(digest), signature]).toEqual([requestDigest, requestWords, requestSignature]);
  expect(transferRequestDigest(request)).toBe(digest);
  expect(request.hostKey).toBe(publicKeyOf(hostKey));
  expect(parseTransferRequest(canonicalFile({ request, signature }))).toEqual(request);
});

test("the transfer: digest, words, and the key in it", () => {
  const file = canonicalFile(transfer);
  expect([sha256Hex(file), digestWords(sha256Hex(file))]).toEqual([fileDigest, fileWords]);
  expect(transfer.to.request).toBe(requestDigest);
  const privateKey = createPrivateKey(vector.fenced("text")[0] ?? "");
  expect(createPublicKey(privateKey).export({ format: "pem", type: "spki" })).toBe(request.publicKey);
  const wrapped = wrappedOf(parseTransfer(file, "file"));
  using key = unwrapByOaep(privateKey, wrapped.subarray(0, 512));
  using material = key && unwrapKey(key, wrapped.subarray(512));
  expect(material?.reveal()).toEqual(sha256(utf8("backups 1")));
});

test("the members are those that the code reads", () => {
  expect(page.section("Members of a request").firstCells()).toEqual(Object.keys(request));
  const told = page.section("Members of a transfer").firstCells();
  const members = ["type", "version", "from", "to", "key", "time", "wrapped"];
  expect(told.slice(0, members.length)).toEqual(members);
  expect(Object.keys(transfer).sort()).toEqual(members.toSorted());
  expect(Object.keys(transfer.key).sort()).toEqual(told.slice(members.length).flatMap(names).sort());
});

function names(cell: string): string[] {
  return cell.replaceAll("`", "").split(", ");
}

test("example-export-entries.jsonl: goes on with the chain, to the recipient that is told", async () => {
  const chain = new AuditChain(ENTRY_TYPES);
  await using storage = await scratchTables();
  await storage.transaction(async (writer) => {
    for (const [i, text] of [...exampleEntries(), ...exportEntries()].entries())
      await chain.project(i + 1, text, writer, true);
  });
  chain.assertComplete();
  const [executed, exported] = exportEntries()
    .slice(-2)
    .map((text) => JSON.parse(text).data);
  const identity = bech32.encodeFromBytes("age-secret-key-", new Uint8Array(32).fill(0x2b)).toUpperCase();
  const recipient = await recipientOf(identity);
  expect(executed.plan.actions[0].parameters.to).toEqual({ kind: "age", recipients: [recipient] });
  expect(exported).toMatchObject({ recipients: [sha256Hex(utf8(recipient))], output: sha256Hex(utf8("backups.age")) });
});
