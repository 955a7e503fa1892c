import fc from "fast-check";
import { expect, test } from "vitest";
import { SameBytes } from "../../../src/lib/crypto/same-bytes.ts";

const parts = fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 5 });

test("the same bytes, in whatever parts, and no others", () => {
  fc.assert(
    fc.property(parts, fc.nat(200), fc.nat(), (first, cut, bit) => {
      const same = new SameBytes();
      for (const part of first) same.update(part);
      const all = Buffer.concat(first);
      const holds = (...others: Uint8Array[]) => {
        const check = same.check();
        for (const part of others) check.update(part);
        return check.holds();
      };
      expect(holds(all)).toBe(true);
      expect(holds(all.subarray(0, cut), all.subarray(cut))).toBe(true);
      expect(holds(all, Uint8Array.of(0))).toBe(false);
      if (all.length === 0) return;
      expect(holds(all.subarray(1))).toBe(false);
      const at = bit % (8 * all.length);
      expect(holds(Uint8Array.from(all, (byte, i) => (i === at >> 3 ? byte ^ (1 << (at & 7)) : byte)))).toBe(false);
    }),
  );
});
