import { readFile, rm } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { contentOf, enrolledWitness, recordEnd, signedByHost } from "../../support/transcripts.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

let made: MadeVault;
let genesis: string;

beforeAll(async () => {
  made = await foundVault();
  await made.createKey("payments", ["alice", "bob"]);
  const walter = await enrolledWitness(made.place);
  await enrolledWitness(made.place, "wanda");
  const content = await contentOf(made, 6, walter);
  const note = await signedByHost(made, content);
  const { place } = made;
  await place.write("keys.transcript", note);
  await place.write("altered.transcript", note.replace("Outcome: unproven", "Outcome: proven"));
  await place.write("retold.transcript", await signedByHost(made, { ...content, title: "Generate nothing" }));
  await place.write("other.transcript", await signedByHost(made, { ...content, run: "0".repeat(32) }));
  await recordEnd(made, content);
  ({ genesis } = await made.verify({ genesis: undefined }));
  await place.run("audit", "export", "--vault", "vault", "--out", "a.chain");
  const sign = (flag: string, file: string, name: string) =>
    place.run(
      ...["transcript", "sign", "keys.transcript", flag, file, "--passphrase-file", `${name}=${name}.passphrase`],
      ...["--out", `keys-${name}.transcript`, "--yes"],
    );
  await sign("--identity", "walter.identity", "walter");
  await sign("--share", "shares/alice.share", "alice");
  await sign("--share", "shares/bob.share", "bob");
});
afterAll(async () => made[Symbol.asyncDispose]());

const IN = ["keys.transcript", "--in", "a.chain"];
const BY_ALL = ["keys-alice.transcript", "keys-bob.transcript", "keys-walter.transcript"];
const NOBODY_ELSE = ["--unsigned", "alice", "--unsigned", "bob", "--unsigned", "walter"];
const NO_VAULT = ["--vault", "nowhere"];

test.for([
  { outcome: "help", args: ["--help"], status: 0 },
  { outcome: "success", args: [...BY_ALL, "--in", "a.chain"], status: 0 },
  { outcome: "json", args: [...BY_ALL, "--in", "a.chain", "--json"], status: 0 },
  { outcome: "vault", args: ["keys.transcript", "--vault", "vault", ...NOBODY_ELSE], status: 0 },
  {
    outcome: "copies",
    args: [...BY_ALL, "--in", "a.chain", "--witness", "walter.enrolment"],
    status: 0,
  },
  { outcome: "incomplete", args: IN, status: 17 },
  { outcome: "incomplete-json", args: [...IN, "--json"], status: 17 },
  { outcome: "one-missing", args: ["keys-alice.transcript", "--in", "a.chain", "--unsigned", "bob"], status: 17 },
  { outcome: "excused-stranger", args: [...IN, "--unsigned", "Zoë Müller"], status: 2 },
  { outcome: "nothing", args: ["keys.transcript", ...NO_VAULT], status: 17 },
  { outcome: "nothing-json", args: ["keys.transcript", ...NO_VAULT, "--json"], status: 17 },
  { outcome: "not-told", args: ["other.transcript", "--in", "a.chain"], status: 17 },
  { outcome: "altered", args: ["altered.transcript", "--in", "a.chain"], status: 14 },
  { outcome: "retold", args: ["retold.transcript", "--in", "a.chain"], status: 14 },
  { outcome: "two", args: ["keys.transcript", "other.transcript", "--in", "a.chain"], status: 14 },
  { outcome: "other-genesis", args: [...IN, "--genesis", "0".repeat(64)], status: 14 },
  { outcome: "bad-genesis", args: [...IN, "--genesis", "0123"], status: 2 },
  { outcome: "no-witness", args: [...IN, "--witness", "wanda.enrolment"], status: 2 },
  { outcome: "bad-witness", args: [...IN, "--witness", "walter.identity"], status: 2 },
  { outcome: "no-chain", args: ["keys.transcript", "--in", "nowhere"], status: 3 },
])("$outcome: $status", async ({ outcome, args, status }) => {
  const seen = await made.place.run("transcript", "verify", ...args);
  await expect(seen).toMatchFileSnapshot(`../golden/transcript-verify-${outcome}.txt`);
  expect(seen.status).toBe(status);
});

test("S15: a machine that doesn't know the vault needs the genesis of the paper", async () => {
  await using copy = await made.copy();
  await rm(copy.state, { recursive: true });
  const seen = await copy.place.run("transcript", "verify", ...IN);
  expect(seen.stdout).toMatch(/^CONSISTENT, the chain's genesis is not anchored: give --genesis HASH/);
  expect(seen.status).toBe(17);
  const anchored = await copy.place.run("transcript", "verify", ...BY_ALL, "--in", "a.chain", "--genesis", genesis);
  expect(anchored.status).toBe(0);
});

test("copies become one file", async () => {
  await using copy = await made.copy();
  const { place } = copy;
  await place.run("transcript", "verify", ...BY_ALL, "--in", "a.chain", "--out", "all.transcript");
  const all = await readFile(place.file("all.transcript"), "utf8");
  expect(all.match(/^— \S+/gm)).toEqual([
    expect.stringMatching(/^— conclave\//),
    "— custodian/alice",
    "— custodian/bob",
    "— witness/walter",
  ]);
  expect((await place.run("transcript", "verify", "all.transcript", "--in", "a.chain")).status).toBe(0);
});
