import { lstat, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { listEntries } from "../../../src/lib/audit/list.ts";
import { utf8 } from "../../../src/lib/bytes.ts";
import { ConclaveError } from "../../../src/lib/errors.ts";
import { createVault, type GenesisRequest } from "../../../src/lib/quorum/genesis.ts";
import type { GenesisInteraction } from "../../../src/lib/quorum/interaction.ts";
import { parseManifest } from "../../../src/lib/quorum/manifest.ts";
import { checkSeatRequest, checkSeats } from "../../../src/lib/quorum/seat-request.ts";
import type { Secret } from "../../../src/lib/secret.ts";
import { openWithPassphrase } from "../../../src/lib/share/sealed-file.ts";
import type { Vault } from "../../../src/lib/vault/vault.ts";
import { surroundingsOf } from "../../support/pending.ts";
import { foundVault } from "../../support/vault.ts";
import { type Workspace, workspace } from "../../support/workspace.ts";

function request(place: Workspace, given: Partial<GenesisRequest> = {}): GenesisRequest {
  const custodians = ["alice", "bob", "carol"].map((name) => ({ name, shareFile: place.file(`shares/${name}`) }));
  return { path: place.file("vault"), name: "ours", threshold: 2, custodians, rehearsal: true, ...given };
}

/** People who do as they should, but for what is given; `story` fills with what happened. */
function people(story: string[], given: Partial<GenesisInteraction> = {}): GenesisInteraction {
  return {
    newPassphrase: async (name) => {
      story.push(`${name} chooses`);
      return `${name}'s`;
    },
    provePassphrase: async (name) => {
      story.push(`${name} opens`);
      return `${name}'s`;
    },
    proofRefused: async (name, error) => {
      story.push(`${name} refused: ${error.code}`);
      return true;
    },
    proved: async (name) => {
      story.push(`${name} proved`);
    },
    ...given,
  };
}

async function found(place: Workspace, interaction: GenesisInteraction): Promise<Vault> {
  process.execArgv.length = 0; // vitest preloads a module, which a process that handles secrets refuses
  return createVault(request(place), surroundingsOf(place), interaction);
}

test("all choose, then all prove; the last proof puts the vault in force", async () => {
  await using place = await workspace();
  const story: string[] = [];
  const states: unknown[] = [];
  const interaction = people(story);
  await using vault = await found(place, interaction);
  states.push((await vault.reader.find("generations", {}))?.state);
  expect(story).toEqual([
    "alice chooses",
    "bob chooses",
    "carol chooses",
    "alice opens",
    "alice proved",
    "bob opens",
    "bob proved",
    "carol opens",
    "carol proved",
  ]);
  expect(states).toEqual(["active"]);
  const { entries } = await listEntries(vault.reader, { after: 0, limit: 10 });
  const confirms = ["custodian.confirm", "custodian.confirm", "custodian.confirm"];
  expect(entries.map(({ type }) => type)).toEqual(["genesis", "genesis.shares", ...confirms]);
});

test("until then it is pending, and nothing but the files of genesis is there", async () => {
  await using place = await workspace();
  const seen: string[][] = [];
  const stop = new ConclaveError("ABORTED", "aborted");
  const interaction = people([], {
    provePassphrase: async (name) => {
      seen.push((await readdir(place.file("vault"))).sort(), (await readdir(place.file("shares"))).sort());
      if (name === "carol") throw stop;
      return `${name}'s`;
    },
  });
  await expect(found(place, interaction)).rejects.toBe(stop);
  for (const names of seen) {
    expect([
      ["host.key", "vault.db"],
      ["alice", "bob", "carol"],
    ]).toContainEqual(names);
  }
  expect((await place.run("status", "--vault", "vault")).stdout).toContain("PENDING, without proof: carol");
});

test("a wrong passphrase at the proof is told, and asked for again", async () => {
  await using place = await workspace();
  const story: string[] = [];
  let times = 0;
  const interaction = people(story, {
    provePassphrase: async (name) => (name === "bob" && times++ < 2 ? "another's" : `${name}'s`),
  });
  await using _ = await found(place, interaction);
  expect(story.filter((line) => line.startsWith("bob"))).toEqual([
    "bob chooses",
    "bob refused: SHARE_PASSPHRASE",
    "bob refused: SHARE_PASSPHRASE",
    "bob proved",
  ]);
});

test("where nobody can try again, the vault stays pending and the error is the share's", async () => {
  await using place = await workspace();
  const interaction = people([], { provePassphrase: async () => "wrong", proofRefused: async () => false });
  await expect(found(place, interaction)).rejects.toMatchObject({ code: "SHARE_PASSPHRASE" });
});

test("H3: files and folders are private, whatever the umask", async () => {
  const before = process.umask(0);
  try {
    await using place = await workspace();
    await using _ = await found(place, people([]));
    const names = (await readdir(place.path, { recursive: true })).filter((name) =>
      /^(vault|shares|state\/)/.test(name),
    );
    for (const name of names) {
      const status = await lstat(join(place.path, name));
      expect((status.mode & 0o777).toString(8), `mode of ${name}`).toBe(status.isDirectory() ? "700" : "600");
    }
    expect(names.length).toBeGreaterThanOrEqual(10);
  } finally {
    process.umask(before);
  }
});

test("S7: two geneses share nothing", async () => {
  await using one = await foundVault();
  await using other = await foundVault();
  const [first, second] = await Promise.all(
    [one, other].map(async (made) => {
      await using vault = await made.open();
      const { custodians, ...manifest } = parseManifest((await vault.reader.find("generations", {}))?.manifest ?? "");
      const keys = custodians.flatMap(({ custodianKey, shareKey }) => [custodianKey, shareKey]);
      const { id, epoch, genesis, hostKey } = vault.identity;
      return [manifest.commitment, manifest.backupRecipient, manifest.quorum, id, epoch, genesis, hostKey, ...keys];
    }),
  );
  expect(new Set([...(first ?? []), ...(second ?? [])]).size).toBe(2 * (first ?? []).length);
});

test("a share file tells whose it is to somebody who has only the age program", async () => {
  await using place = await workspace();
  await using vault = await found(place, people([]));
  using text: Secret = await openWithPassphrase(new Uint8Array(await readFile(place.file("shares/bob"))), "bob's");
  const { id, genesis, epoch, hostKey } = vault.identity;
  const manifest = (await vault.reader.find("generations", {}))?.manifestHash;
  const lines = Buffer.from(text.reveal()).toString("latin1").split("\n");
  expect(lines[0]).toBe(
    "This is bob's REHEARSAL share of quorum root of the Conclave vault ours; 2 of 3 open it. Keep it secret.",
  );
  expect(lines[1]).toMatch(/^cvr1[a-z0-9]{83}$/);
  expect(lines.slice(2, 7)).toEqual([
    `vault ${id}`,
    `genesis ${genesis}`,
    `epoch ${epoch}`,
    `host ${hostKey}`,
    `manifest ${manifest}`,
  ]);
  expect(lines[7]).toMatch(/^custodian-key [0-9a-f]{64}$/);
  expect(lines.slice(8)).toEqual([""]);
  expect(await readFile(place.file("shares/bob"))).not.toContain(utf8("bob"));
});

describe("what is wrong with a request is said before anybody is asked", () => {
  const alice = { name: "alice", shareFile: "/nowhere/alice" };
  test.for<{ what: string; given: (place: Workspace) => Partial<GenesisRequest>; says: RegExp }>([
    { what: "a threshold of 1", given: () => ({ threshold: 1 }), says: /one custodian acts alone/ },
    { what: "a threshold of 4", given: () => ({ threshold: 4 }), says: /threshold 4 of 3 custodians/ },
    {
      what: "a name twice",
      given: () => ({ custodians: [alice, { name: "ALICE", shareFile: "/nowhere/b" }] }),
      says: /custodian ALICE is named twice/,
    },
    {
      what: "a file twice",
      given: () => ({ custodians: [alice, { name: "bob", shareFile: "/nowhere/x/../alice" }] }),
      says: /\/nowhere\/alice: two shares in one file/,
    },
    {
      what: "a share in the vault",
      given: (place) => ({ custodians: [alice, { name: "bob", shareFile: place.file("vault/bob") }] }),
      says: /vault\/bob lies in the vault/,
    },
  ])("$what", async ({ given, says }) => {
    await using place = await workspace();
    const asked = request(place, given(place));
    const usage = expect.objectContaining({ code: "USAGE", message: expect.stringMatching(says) });
    expect(() => checkSeatRequest(asked.path, asked.threshold, asked.custodians)).toThrow(usage);
    await expect(createVault(asked, surroundingsOf(place), people([]))).rejects.toEqual(usage);
    expect((await readdir(place.path)).sort()).toEqual(["data", "home", "state"]);
  });

  test("a share file that is there", async () => {
    await using place = await workspace({ "shares/bob": "mine" });
    const { path, threshold, custodians } = request(place);
    expect(() => checkSeats(path, threshold, custodians)).toThrow(expect.objectContaining({ code: "EXISTS" }));
    expect(() => checkSeatRequest(path, threshold, custodians)).not.toThrow();
  });
});
