import { inspect } from "node:util";
import { expect, test } from "vitest";
import { Secret } from "../../../src/lib/secret.ts";
import { SHARE_LENGTH, Share } from "../../../src/lib/share/share.ts";

function bytesOf(length: number, x: number): Secret {
  const bytes = new Uint8Array(length).fill(1);
  bytes[length - 1] = x;
  return new Secret(bytes);
}

test.for([1, 128, 255])("x is the last byte: %i", (x) => {
  using share = new Share(bytesOf(SHARE_LENGTH, x));
  expect(share.x).toBe(x);
});

test.for([
  { what: "S4: x = 0", bytes: bytesOf(SHARE_LENGTH, 0) },
  { what: "S4: no byte", bytes: bytesOf(0, 1) },
  { what: "32 bytes", bytes: bytesOf(32, 1) },
  { what: "34 bytes", bytes: bytesOf(34, 1) },
])("$what is no share, and its bytes are zeroed", ({ bytes }) => {
  const kept = bytes.reveal();
  expect(() => new Share(bytes)).toThrow(new RangeError("a share has 33 bytes, the last of which is not 0"));
  expect(kept.every((byte) => byte === 0)).toBe(true);
});

test("its bytes are zeroed when its block ends", () => {
  const bytes = bytesOf(SHARE_LENGTH, 1);
  const kept = bytes.reveal();
  {
    using _ = new Share(bytes);
  }
  expect(kept).toEqual(new Uint8Array(SHARE_LENGTH));
});

test("neither printing nor JSON shows its bytes", () => {
  using share = new Share(bytesOf(SHARE_LENGTH, 7));
  expect(inspect(share)).toBe("Share { bytes: [secret] }");
  expect(JSON.stringify(share)).toBe('{"bytes":"[secret]"}');
});
