import { expect, test } from "vitest";
import { findKey, findKeyring, parseKeyName } from "../../../src/lib/key/find.ts";
import { id, keyrings } from "../../support/keyrings.ts";

test.for([
  { text: "payments", keyring: undefined, name: "payments" },
  { text: "cards/payments", keyring: "cards", name: "payments" },
])("$text is a key's name", ({ text, keyring, name }) => {
  expect(parseKeyName(text)).toEqual({ keyring, name });
});

test.for(["", "/", "cards/", "/payments", "a/b/c", "a//b"])("%j is none", (text) => {
  expect(() => parseKeyName(text)).toThrow(expect.objectContaining({ code: "USAGE" }));
});

test("a key is found by its name, and by its keyring's", async () => {
  await using state = await keyrings([{ name: "payments" }, { name: "pins", keyring: id(1) }]);
  expect(await findKey(state, "pins")).toMatchObject({ key: { id: id(101) }, keyring: { name: "cards" } });
  expect(await findKey(state, "default/payments")).toMatchObject({ key: { id: id(100) } });
  expect(await findKeyring(state, "cards")).toMatchObject({ id: id(1) });
});

test.for([
  { text: "pension", code: "NOT_FOUND", message: "no key pension" },
  { text: "cards/pension", code: "NOT_FOUND", message: "no key cards/pension" },
  { text: "paper/payments", code: "NOT_FOUND", message: "no keyring paper" },
  { text: "payments", code: "USAGE", message: "more than one keyring has a key payments" },
])("$text: $message", async ({ text, code, message }) => {
  await using state = await keyrings([{}, { keyring: id(1) }]);
  await expect(findKey(state, text)).rejects.toMatchObject({ code, message });
});
