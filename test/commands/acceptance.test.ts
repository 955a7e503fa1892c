import { expect, test } from "vitest";
import { workspace } from "../support/workspace.ts";

/** Random words, so that production takes them. */
const PASSPHRASES = {
  a: "olive trumpet meadow canvas brisk lantern",
  b: "pewter walnut glacier mosaic ribbon falcon",
  c: "cobalt saddle thimble orchard velvet harbor",
};

test("the first ceremony, at production cost: two of three custodians make a key, one alone does not", {
  timeout: 120_000,
}, async () => {
  await using place = await workspace(PASSPHRASES);

  const made = await place.run(
    "init",
    "--vault",
    "V",
    "--threshold",
    "2",
    "--custodian",
    "alice",
    "--custodian",
    "bob",
    "--custodian",
    "carol",
    "--shares-dir",
    "S",
    "--passphrase-file",
    "alice=a",
    "--passphrase-file",
    "bob=b",
    "--passphrase-file",
    "carol=c",
    "--yes",
  );
  expect(made.stderr).not.toContain("error:");
  expect(made.status).toBe(0);
  await expect(made).toMatchFileSnapshot("golden/acceptance-init.txt");

  const create = ["--vault", "V", "--algorithm", "aes-256", "--share", "S/alice.share"];
  const both = [...create, "--share", "S/bob.share", "--passphrase-file", "alice=a", "--passphrase-file", "bob=b"];
  const created = await place.run("key", "create", "payments", ...both, "--yes", "--json");
  expect(created.status).toBe(0);
  expect(created.json()).toMatchObject({ key: { name: "payments", algorithm: "aes-256", state: "active" } });

  const alone = await place.run("key", "create", "x", ...create, "--passphrase-file", "alice=a", "--yes");
  expect(alone.stderr).toContain("error: quorum root not met: 1 of 2 shares presented (alice)\n");
  expect(alone.status).toBe(11);

  const listed = await place.run("key", "list", "--vault", "V", "--json");
  expect(listed.json()).toMatchObject({ keys: [{ name: "payments", state: "active" }], next: null });

  const verified = await place.run("audit", "verify", "--vault", "V");
  expect(verified.stdout).toMatch(/^VERIFIED\n/);
  expect(verified.status).toBe(0);
});
