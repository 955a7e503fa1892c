import { expect, test } from "vitest";
import { passphraseWeakness } from "../../../src/lib/share/passphrase.ts";

test.for([
  { passphrase: "", why: "empty" },
  { passphrase: "password", why: "common" },
  { passphrase: "P@ssw0rd!", why: "common, with letters replaced" },
  { passphrase: "hunter2", why: "common" },
  { passphrase: "aaaaaaaaaaaaaaaa", why: "repeated" },
  { passphrase: "abcdefghijk", why: "a sequence" },
  { passphrase: "qwertyuiop", why: "a row of keys" },
  { passphrase: "1984-07-04", why: "a date" },
  { passphrase: "summer2026", why: "a word and a year" },
  { passphrase: "treasury-vault", why: "the vault's name, given as context" },
  { passphrase: "alice", why: "the custodian's name, given as context" },
])("'$passphrase' is weak ($why)", async ({ passphrase }) => {
  const weakness = await passphraseWeakness(passphrase, ["treasury-vault", "alice"]);
  expect(weakness).toMatch(/^guessed offline in .+: .+[^.\n]$/);
});

test.for(["ladder-quartz-onion-velvet-76", "k7#Vq!9zRw2mXe", "sieben tolle Igel fahren nachts Rad"])(
  "'%s' is strong",
  async (passphrase) => {
    expect(await passphraseWeakness(passphrase, ["treasury-vault", "alice"])).toBeUndefined();
  },
);

test("a name given as context counts against the passphrase", async () => {
  expect(await passphraseWeakness("Zorbax-Industries", [])).toBeUndefined();
  expect(await passphraseWeakness("Zorbax-Industries", ["zorbax-industries"])).toBeDefined();
});

test("a passphrase of the longest kind is judged in time", async () => {
  const start = performance.now();
  expect(await passphraseWeakness("Tr0ub4dor&3 ".repeat(85), [])).toBeUndefined();
  expect(performance.now() - start).toBeLessThan(3000);
});
