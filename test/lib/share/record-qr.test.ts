import { describe, expect, test } from "vitest";
import { utf8 } from "../../../src/lib/bytes.ts";
import { Secret } from "../../../src/lib/secret.ts";
import { QUIET_ZONE, recordQr } from "../../../src/lib/share/record-qr.ts";
import { haveZbar, readQr } from "../../support/qr-reader.ts";

const RECORD = "cvs1q94ku2jj9slyc97efvqqzqsrqyqqxqs9qsrsvzggpv9q6rq0pcg3qycjz52pw9serqd358guru0qz3geehy";

function code(): boolean[][] {
  using record = new Secret(utf8(RECORD));
  return recordQr(record);
}

test("version 5 (37 modules), since upper case is alphanumeric, with a quiet zone", () => {
  const size = 37 + 2 * QUIET_ZONE;
  const modules = code();
  expect(modules.map((row) => row.length)).toEqual(Array.from({ length: size }, () => size));
  for (const [y, row] of modules.entries()) {
    for (const [x, dark] of row.entries()) {
      const inside = [x, y].every((at) => at >= QUIET_ZONE && at < size - QUIET_ZONE);
      if (!inside) expect(dark).toBe(false);
    }
  }
});

describe.skipIf(!haveZbar)("zbarimg (skipped where it isn't installed)", () => {
  test("reads the record in upper case", () => {
    expect(readQr(code())).toBe(RECORD.toUpperCase());
  });

  test("reads it although a corner is spoilt", () => {
    const spoilt = code().map((row, y) => row.map((dark, x) => dark || (x > 30 && x < 38 && y > 30 && y < 38)));
    expect(spoilt).not.toEqual(code());
    expect(readQr(spoilt)).toBe(RECORD.toUpperCase());
  });
});
