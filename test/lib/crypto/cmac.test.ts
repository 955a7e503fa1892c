import { expect, test } from "vitest";
import { fromHex, hex } from "../../../src/lib/bytes.ts";
import { aesCmac, aesCmacOfBlocks } from "../../../src/lib/crypto/cmac.ts";

/** The message of all examples of SP 800-38B, appendix D, of which each takes a beginning. */
const MESSAGE = fromHex(
  "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51" +
    "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
);
const AES_128 = "2b7e151628aed2a6abf7158809cf4f3c";
const AES_192 = "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b";
const AES_256 = "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4";

test.for([
  { source: "SP 800-38B, D.1 example 1", key: AES_128, length: 0, tag: "bb1d6929e95937287fa37d129b756746" },
  { source: "SP 800-38B, D.1 example 2", key: AES_128, length: 16, tag: "070a16b46b4d4144f79bdd9dd04a287c" },
  { source: "SP 800-38B, D.1 example 3", key: AES_128, length: 40, tag: "dfa66747de9ae63030ca32611497c827" },
  { source: "SP 800-38B, D.1 example 4", key: AES_128, length: 64, tag: "51f0bebf7e3b9d92fc49741779363cfe" },
  { source: "SP 800-38B, D.2 example 5", key: AES_192, length: 0, tag: "d17ddf46adaacde531cac483de7a9367" },
  { source: "SP 800-38B, D.2 example 6", key: AES_192, length: 16, tag: "9e99a7bf31e710900662f65e617c5184" },
  { source: "SP 800-38B, D.2 example 7", key: AES_192, length: 40, tag: "8a1de5be2eb31aad089a82e6ee908b0e" },
  { source: "SP 800-38B, D.2 example 8", key: AES_192, length: 64, tag: "a1d5df0eed790f794d77589659f39a11" },
  { source: "SP 800-38B, D.3 example 9", key: AES_256, length: 0, tag: "028962f61b7bf89efc6b551f4667d983" },
  { source: "SP 800-38B, D.3 example 10", key: AES_256, length: 16, tag: "28a7023f452e8f82bd4bf28d8c37c35c" },
  { source: "SP 800-38B, D.3 example 11", key: AES_256, length: 40, tag: "aaf3d8f1de5640c232f5b169b9c911e6" },
  { source: "SP 800-38B, D.3 example 12", key: AES_256, length: 64, tag: "e1992190549f6ed5696a2c056c315410" },
])("$source", ({ key, length, tag }) => {
  expect(hex(aesCmac(fromHex(key), MESSAGE.subarray(0, length)))).toBe(tag);
});

test("the message is left as it was", () => {
  const message = Uint8Array.of(1, 2, 3);
  aesCmac(fromHex(AES_256), message);
  expect(message).toEqual(Uint8Array.of(1, 2, 3));
});

test.for([0, 15, 17, 31, 33])("a key of %i bytes is refused", (length) => {
  expect(() => aesCmac(new Uint8Array(length), MESSAGE)).toThrow(RangeError);
});

test.for([AES_128, AES_192, AES_256])("messages of one block each, under one key of %s", (digits) => {
  const key = fromHex(digits);
  const each = [0, 16, 32, 48].map((start) => hex(aesCmac(key, MESSAGE.subarray(start, start + 16))));
  using tags = aesCmacOfBlocks(key, MESSAGE);
  expect(hex(tags.reveal())).toBe(each.join(""));
});

test("a message that is no whole block, or a key of another length, is refused", () => {
  expect(() => aesCmacOfBlocks(fromHex(AES_256), MESSAGE.subarray(0, 40))).toThrow(RangeError);
  expect(() => aesCmacOfBlocks(new Uint8Array(31), MESSAGE)).toThrow(RangeError);
});
