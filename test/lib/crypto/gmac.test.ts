import { expect, test } from "vitest";
import { fromHex, hex, utf8 } from "../../../src/lib/bytes.ts";
import { Gmac } from "../../../src/lib/crypto/gmac.ts";

test("of no bytes (McGrew and Viega, The Galois/Counter Mode of Operation, test case 13)", () => {
  expect(hex(new Gmac(new Uint8Array(32)).tag())).toBe("530f8afbc74536b9a963b4f1c4cb738b");
});

test("parts make the same as the whole, another key or text makes another", () => {
  const key = fromHex("07".repeat(32));
  const tagOf = (of: Uint8Array, ...parts: string[]) => {
    const gmac = new Gmac(of);
    for (const part of parts) gmac.update(utf8(part));
    return hex(gmac.tag());
  };
  expect(tagOf(key, "one", "", "two")).toBe(tagOf(key, "onetwo"));
  expect(tagOf(key, "onetwo")).not.toBe(tagOf(key, "onetwp"));
  expect(tagOf(key, "onetwo")).not.toBe(tagOf(fromHex("08".repeat(32)), "onetwo"));
});
