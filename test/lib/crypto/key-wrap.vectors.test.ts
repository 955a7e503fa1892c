import { expect, test } from "vitest";
import { fromHex, hex } from "../../../src/lib/bytes.ts";
import { unwrapKey, wrapKey } from "../../../src/lib/crypto/key-wrap.ts";
import { Secret } from "../../../src/lib/secret.ts";
import { publish } from "../../support/figures.ts";
import { haveVectors, readVectors } from "../../support/vectors.ts";

interface Row {
  tcId: number;
  comment: string;
  key: string;
  msg: string;
  ct: string;
  result: string;
}

test.skipIf(!haveVectors)("Wycheproof aes_kwp_test, through our own functions (needs the vectors)", () => {
  const { testGroups } = readVectors<{ testGroups: { tests: Row[] }[] }>("wycheproof", "aes_kwp_test.json");
  const rows = testGroups.flatMap(({ tests }) => tests);
  const wrong: string[] = [];
  let stricter = 0;
  for (const { tcId, comment, key, msg, ct, result } of rows) {
    using secret = new Secret(fromHex(key));
    using opened = unwrapKey(secret, fromHex(ct));
    const found = opened === undefined ? undefined : hex(opened.reveal());
    if (result === "acceptable") stricter += found === undefined ? 1 : 0;
    else if ((found === msg) !== (result === "valid")) wrong.push(`${tcId} ${comment}`);
    if (result !== "valid" || msg === "") continue;
    using material = new Secret(fromHex(msg));
    if (hex(wrapKey(secret, material)) !== ct) wrong.push(`${tcId} ${comment}: wrapped`);
  }
  publish("wycheproof aes_kwp_test", { rows: rows.length, stricter });
  expect(wrong).toEqual([]);
  expect(rows.length).toBeGreaterThan(200);
});
