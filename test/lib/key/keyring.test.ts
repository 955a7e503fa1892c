import { expect, test } from "vitest";
import { describeKeyring, listKeyrings } from "../../../src/lib/key/keyring.ts";
import { CREATED, id, keyrings } from "../../support/keyrings.ts";

test("keyrings are listed by name, with their quorum and number of keys", async () => {
  await using state = await keyrings([{ name: "a" }, { name: "b" }]);
  const common = { quorum: "root", kekVersion: 1, olderKeks: 0, kekBeforeQuorum: false, created: CREATED };
  expect(await listKeyrings(state)).toEqual([
    { id: id(1), name: "cards", keys: 0, ...common },
    { id: id(2), name: "default", keys: 2, ...common },
  ]);
  expect(await describeKeyring(state, "default")).toMatchObject({ keys: 2 });
  await expect(describeKeyring(state, "paper")).rejects.toMatchObject({ code: "NOT_FOUND" });
});
