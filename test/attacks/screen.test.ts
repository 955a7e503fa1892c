import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import type { KeyDescription } from "../../src/lib/key/describe.ts";
import type { PlanView } from "../../src/lib/quorum/plan-view.ts";
import { type FoundedVault, foundedText } from "../../src/lib/terminal/founded.ts";
import { keyText } from "../../src/lib/terminal/key-text.ts";
import { planText } from "../../src/lib/terminal/plan-text.ts";
import { hostilePayloads } from "../support/hostile-text.ts";
import { foundVault, type MadeVault } from "../support/vault.ts";
import { expectVisible, VISIBLE } from "../support/visible.ts";

const payloads = hostilePayloads();

describe("I4: what people are shown, with a hostile text in every place", () => {
  const view = (text: string): PlanView => ({
    actions: [[{ label: text, value: text }]],
    circumstances: [{ label: "Requested by", value: `${text} on ${text}` }],
    approvers: [{ label: `Quorum ${text}`, value: text }],
    digest: text,
    words: text,
    rehearsal: false,
  });
  const key = (text: string): KeyDescription => ({
    ...{ id: text, name: text, keyring: text, algorithm: text, state: "active", usages: ["mac"], exportable: false },
    ...{ tags: { [text]: text }, cryptoperiodSeconds: null, created: text, rotateAt: text },
    imported: { format: "pem", entry: 7 },
    versions: [
      {
        ...{
          version: 1,
          origin: "imported",
          imported: { format: "pem", entry: 7 },
          state: "active",
          permits: ["mac"],
          created: text,
          changed: text,
          compromised: true,
        },
        ...{ activateAt: text, deactivateAt: text, checkValue: text, fingerprint: text, publicKey: text },
      },
    ],
  });
  const founded = (text: string): FoundedVault => ({
    vault: text,
    name: text,
    epoch: text,
    path: text,
    genesis: text,
    rehearsal: false,
    hostKey: text,
    quorum: { name: text, generation: 1, threshold: 2, manifest: text },
    shares: [{ custodian: text, file: text, proved: true }],
    checkpoint: text,
  });

  test.for([
    { what: "a plan", of: (text: string) => planText(view(text)) },
    { what: "a key", of: (text: string) => keyText(key(text)) },
    { what: "a new vault", of: (text: string) => foundedText(founded(text), new Set()) },
  ])("$what: as many lines as ever, each of visible characters", ({ of }) => {
    const lines = of("plain").split("\n").length;
    for (const payload of payloads) {
      const shown = of(payload);
      expect(shown).toMatch(VISIBLE);
      expect(shown.split("\n").length).toBe(lines);
    }
  });
});

describe("I4: the program", () => {
  let made: MadeVault;
  beforeAll(async () => {
    made = await foundVault();
  });
  afterAll(async () => made[Symbol.asyncDispose]());

  const possible = payloads.filter((text) => !text.includes("\u0000") && text.length <= 256); // as an argument
  const groups = Array.from({ length: Math.ceil(possible.length / 30) }, (_, i) => possible.slice(30 * i, 30 * i + 30));

  test("shows tags, reasons and what the audit log has of them", { timeout: 60_000 }, async () => {
    const keySchema = z.object({ tags: z.record(z.string(), z.string()) });
    for (const [index, group] of groups.entries()) {
      const name = `key-${index}`;
      const tags = group.flatMap((text, i) => ["--tag", `tag-${i}=${text}`]);
      const create = ["key", "create", name, "--vault", made.path, "--algorithm", "aes-256", ...tags];
      const reason = group.join(" ").slice(0, 256).toWellFormed();
      expectVisible(await made.place.run(...create, "--reason", reason, ...made.flags("alice", "bob")), 0);
      const seen = await made.place.run("key", "show", name, "--vault", made.path, "--json");
      expectVisible(seen, 0);
      const given = Object.fromEntries(group.map((text, i) => [`tag-${i}`, text.toWellFormed()]));
      expect(keySchema.parse(seen.json()).tags, "and means what was given").toEqual(given);
    }
    for (const words of [
      ["key", "show", "key-1"],
      ["key", "list", "--json"],
      ["key", "history", "key-2"],
      ["key", "history", "key-3", "--json"],
      ["audit", "show", "6"],
      ["audit", "show", "8", "--json"],
    ]) {
      expectVisible(await made.place.run(...words, "--vault", made.path), 0);
    }
  });

  test.for([
    { what: "a vault's path", args: (text: string) => ["status", "--vault", text], status: 3 },
    { what: "a share's path", args: (text: string) => ["share", "inspect", text], status: 3 },
    { what: "a share's name", args: (text: string) => ["share", "verify", text], status: 2 },
    { what: "a checkpoint's path", args: (text: string) => ["audit", "verify", "--checkpoint", text], status: 3 },
    { what: "a passphrase's path", args: passphrasePath, status: 3 },
    { what: "a key's name", args: (text: string) => ["key", "show", text], status: 2 },
    { what: "a keyring's name", args: (text: string) => ["keyring", "show", text], status: 3 },
    { what: "a custodian's name", args: (text: string) => ["init", "--custodian", text], status: 2 },
    { what: "a type", args: (text: string) => ["audit", "list", "--after", text], status: 2 },
    { what: "a flag", args: (text: string) => [`--${text}`, "status"], status: 2 },
    { what: "a command", args: (text: string) => [text], status: 2 },
  ])("refuses $what in one line of error", async ({ args, status }) => {
    for (const [index, group] of [groups[0], groups[1], groups.at(-1)].entries()) {
      const text = `${"x".repeat(index)}${(group ?? []).join("").replaceAll("/", "")}`.slice(0, 200).toWellFormed();
      const words = args(text);
      const vault = words.includes("--vault") || words[0] === "share" ? [] : ["--vault", made.path];
      const seen = await made.place.run(...words, ...(status === 2 && words.length === 1 ? [] : vault), "-q");
      expectVisible(seen, status);
      expect(seen.stderr).toMatch(/^error: .+\n(?: {2}try: .+\n)*$/);
    }
  });
});

function passphrasePath(text: string): string[] {
  return ["share", "verify", "alice=shares/alice.share", "--vault", "vault", "--passphrase-file", `alice=${text}`];
}
