import { afterAll, beforeAll, expect, test } from "vitest";
import { canonicalState, filesIn } from "../support/canonical-state.ts";
import { createArgs, Holder, makeKeysAtOnce, verifiedProjections } from "../support/crowd.ts";
import { foundVault, type MadeVault } from "../support/vault.ts";
import { workspace } from "../support/workspace.ts";

let made: MadeVault;
beforeAll(async () => {
  made = await foundVault();
});
afterAll(async () => made[Symbol.asyncDispose]());

test("H4: 8 processes at once make keys: none is lost, none doubled, the chain is whole", {
  timeout: 60_000,
}, async () => {
  await using own = await made.copy();
  const seen = await makeKeysAtOnce(own, 8, 2);
  expect(seen.filter(({ status }) => status !== 0).map(String)).toEqual([]);
  const state = await canonicalState(own.path, own.surroundings);
  expect(state).toMatchObject({ kind: "in force", refusals: 0 });
  const keys = state.kind === "in force" ? state.projections["keys"]?.map((row) => JSON.parse(row).name) : [];
  expect(keys?.toSorted()).toEqual(Array.from({ length: 8 }, (_, i) => [`p${i + 1}-k1`, `p${i + 1}-k2`]).flat());
});

test("H4: of processes that make a key of the same name at once, one does", async () => {
  await using own = await made.copy();
  const seen = await Promise.all(Array.from({ length: 4 }, () => own.place.run(...createArgs(own, "contested"))));
  expect(seen.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([0, 4, 4, 4]);
  const state = await canonicalState(own.path, own.surroundings);
  expect(state).toMatchObject({ refusals: 3, projections: { keys: [expect.stringContaining('"contested"')] } });
});

test("H4: a vault that another process holds is busy, and the message names the pid", async () => {
  await using own = await made.copy();
  await using holder = await Holder.of(own.database);
  const seen = await own.place.run(...createArgs(own, "late", "--lock-timeout", "1", "--quiet"));
  expect(seen.status).toBe(18);
  expect(seen.stderr.split("\n")[0]).toBe(`error: the vault is busy: ${own.database} is held by pid ${holder.pid}`);
});

test("H4: a holder killed in its transaction leaves nothing that is in the way", async () => {
  await using own = await made.copy();
  const before = await verifiedProjections(own);
  await using holder = await Holder.of(own.database);
  await holder[Symbol.asyncDispose]();
  expect(await verifiedProjections(own)).toEqual(before);
  expect((await own.place.run(...createArgs(own, "next"))).status).toBe(0);
  expect(filesIn(own.path)).toEqual(["host.key", "vault.db"]);
});

test("H4: of processes that found a vault in one folder at once, one does, and its shares are the ones that stay", async () => {
  await using place = await workspace({ "alice.passphrase": "of alice\n", "bob.passphrase": "of bob\n" });
  const passphrases = "--passphrase-file alice=alice.passphrase --passphrase-file bob=bob.passphrase".split(" ");
  const init = "init --rehearsal --vault vault --threshold 2 --custodian alice --custodian bob --yes".split(" ");
  const seen = await Promise.all(
    [1, 2, 3].map((n) => place.run(...init, ...passphrases, "--shares-dir", `shares-${n}`)),
  );
  const winners = seen.flatMap(({ status }, i) => (status === 0 ? [i + 1] : []));
  expect(winners).toHaveLength(1);
  expect((await place.run("audit", "verify", "--vault", "vault")).status).toBe(0);
  for (const n of [1, 2, 3]) {
    expect(filesIn(place.file(`shares-${n}`))).toEqual(n === winners[0] ? ["alice.share", "bob.share"] : []);
  }
  const share = `shares-${winners[0]}/alice.share`;
  const verified = await place.run("share", "verify", share, "--vault", "vault", ...passphrases);
  expect(verified.status).toBe(0);
});
