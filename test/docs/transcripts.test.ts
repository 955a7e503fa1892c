import { describe, expect, test } from "vitest";
import { ChainFile } from "../../src/lib/audit/chain-file.ts";
import { entryHash } from "../../src/lib/audit/entry.ts";
import { fromHex, utf8 } from "../../src/lib/bytes.ts";
import { ENTRY_TYPES } from "../../src/lib/catalogue.ts";
import { TranscriptAnchor } from "../../src/lib/ceremony/anchor-transcript.ts";
import { checkSignatures, readTranscripts } from "../../src/lib/ceremony/read-transcript.ts";
import { addSignature, signTranscript, transcriptDigest } from "../../src/lib/ceremony/sign-transcript.ts";
import { TRANSCRIPT, transcriptSchema, writeTranscript } from "../../src/lib/ceremony/transcript.ts";
import { HEAD, type Layout, SECTIONS, VAULT } from "../../src/lib/ceremony/transcript-layout.ts";
import { sha256Hex } from "../../src/lib/crypto/digest.ts";
import { digestWords } from "../../src/lib/crypto/words.ts";
import { parseWitnessFile, writeWitnessFile } from "../../src/lib/custodian/witness.ts";
import { verifyExported } from "../../src/lib/quorum/verify-exported.ts";
import { byteSource } from "../support/exported.ts";
import { exampleChain, exampleContent, exampleWitness } from "./example-transcript.ts";
import { EXAMPLE, exampleEntries } from "./example-vault.ts";
import { format } from "./page.ts";

const STATE = "/nonexistent/state";

function chainFile(): ChainFile {
  return new ChainFile(byteSource(utf8(exampleChain())), "example.chain");
}

test("witness.md: the test vector", () => {
  const [, file = "", digest, words] = format("witness").section("Test vector").indented();
  const { key, witness } = exampleWitness();
  expect(Array.from(writeWitnessFile(witness, key))).toEqual(Array.from(utf8(`${file}\n`)));
  expect(parseWitnessFile(utf8(file))).toEqual({ witness, digest });
  expect(digestWords(digest ?? "")).toBe(words);
  expect(format("witness").section("Members").firstCells()).toEqual(Object.keys(witness));
});

describe("exported-chain.md", () => {
  test("the test vector", async () => {
    const [head, digest] = format("exported-chain").section("Test vector").indented();
    expect(exampleChain().split("\n")[0]).toBe(head);
    expect(sha256Hex(utf8(exampleChain()))).toBe(digest);
  });

  test("the example verifies by its genesis hash", async () => {
    const genesis = entryHash(exampleEntries()[0] ?? "");
    const request = { genesis, checkpoint: undefined, acceptRecovery: [] };
    const { verification } = await verifyExported(chainFile(), request, { types: ENTRY_TYPES, state: STATE });
    expect(verification).toMatchObject({
      anchored: true,
      entries: exampleEntries().length,
      ciphertexts: "not in the file",
    });
  });
});

describe("transcript.md", () => {
  const page = format("transcript");
  const [note = ""] = page.section("Test vector").fenced("text");

  test("the test vector is what the keys make", () => {
    const { key, witness } = exampleWitness();
    const alice = EXAMPLE.custodians.find(({ name }) => name === "alice");
    if (alice === undefined) throw new Error("alice is a custodian of the example");
    const byHost = signTranscript(exampleContent(), EXAMPLE.hostKey);
    const byAlice = addSignature(byHost, "custodian", "alice", alice.custodianKey);
    expect(`${note}\n`).toBe(addSignature(byAlice, "witness", witness.name, key));
    expect(page.section("Test vector").indented()).toEqual([transcriptDigest(writeTranscript(exampleContent()))]);
  });

  test("and it reads, by its signers, and as the example chain says", async () => {
    const transcript = readTranscripts([{ path: "example", bytes: utf8(`${note}\n`) }]);
    expect(transcript.content).toEqual(exampleContent());
    expect(checkSignatures(transcript).map(({ role, name }) => `${role} ${name}`)).toEqual([
      "host vault-1",
      "custodian alice",
      "witness walter",
    ]);
    const anchor = new TranscriptAnchor(transcript);
    const request = { genesis: undefined, checkpoint: undefined, acceptRecovery: [] };
    const around = { types: ENTRY_TYPES, state: STATE, each: anchor.each };
    expect(anchor.conclude((await verifyExported(chainFile(), request, around)).chain)).toBeUndefined();
  });

  test("the first line and the rows of fields are those of the code", () => {
    expect(page.section("Text").text).toContain(`\`${TRANSCRIPT}\``);
    const cells = (layout: Layout) => layout.map((row) => row.map(({ label }) => `\`${label}\``).join(" ")).join(" · ");
    const [rows, json] = [page.section("Text").rows(), page.section("As JSON").rows()];
    expect(rows.slice(0, -json.length)).toEqual([
      ["head", cells(HEAD)],
      ["vault", cells(VAULT)],
      ...SECTIONS.map(({ heading, layout, inner }) => [
        heading,
        cells(layout) + (inner === undefined ? "" : `; then for each approval ${cells(inner.layout)}`),
      ]),
    ]);
  });

  test("the members of its JSON are those of the code", () => {
    const { vault, inputs, participants, steps, exceptions, plans, entries, backups } = transcriptSchema.shape;
    const { approvals } = plans.element.shape;
    const lists = { inputs, participants, steps, exceptions, plans, approvals, entries, backups };
    const members = (shape: object) =>
      Object.keys(shape)
        .map((name) => `\`${name}\``)
        .join(" ");
    expect(page.section("As JSON").rows()).toEqual([
      ["`transcript`", members(transcriptSchema.shape)],
      ["`vault`", members(vault.unwrap().shape)],
      ...Object.entries(lists).map(([name, list]) => [`\`${name}\``, members(list.element.shape)]),
    ]);
  });

  test("the key ids are those of the names and keys", () => {
    const { vault } = exampleContent();
    const id = (name: string, key: string) =>
      sha256Hex(Uint8Array.from([...utf8(`${name}\n`), 1, ...fromHex(key)])).slice(0, 8);
    const [host = ""] = note.match(/^— conclave.*/m) ?? [];
    const [, name = "", signature = ""] = host.split(" ");
    expect(Buffer.from(signature, "base64").subarray(0, 4).toString("hex")).toBe(id(name, vault?.hostKey ?? ""));
  });
});
