import { createPrivateKey } from "node:crypto";
import { describe, expect, test } from "vitest";
import { fromHex, hex } from "../../../src/lib/bytes.ts";
import { unwrapByOaep } from "../../../src/lib/crypto/rsa-oaep.ts";
import { publish } from "../../support/figures.ts";
import { haveVectors, readVectors } from "../../support/vectors.ts";

interface Group {
  privateKeyPem: string;
  tests: { tcId: number; comment: string; msg: string; ct: string; label: string; result: string }[];
}

describe.skipIf(!haveVectors)("Wycheproof, through our own function (needs the vectors)", () => {
  test.for(["rsa_oaep_2048_sha256_mgf1sha256_test", "rsa_oaep_3072_sha256_mgf1sha256_test"])("%s", (file) => {
    const { testGroups } = readVectors<{ testGroups: Group[] }>("wycheproof", `${file}.json`);
    const wrong: string[] = [];
    let [rows, withLabel] = [0, 0];
    for (const { privateKeyPem, tests } of testGroups) {
      const key = createPrivateKey(privateKeyPem);
      for (const { tcId, comment, msg, ct, label, result } of tests) {
        rows += 1;
        using opened = unwrapByOaep(key, fromHex(ct));
        const found = opened === undefined ? undefined : hex(opened.reveal());
        if (label !== "") {
          withLabel += 1; // none of ours has one: such a ciphertext opens for nobody
          if (found !== undefined) wrong.push(`${tcId} ${comment}: opened without its label`);
        } else if ((found === msg) !== (result === "valid")) wrong.push(`${tcId} ${comment}: ${found}`);
      }
    }
    publish(`wycheproof ${file}`, { rows, withLabel });
    expect(wrong).toEqual([]);
    expect(rows).toBeGreaterThan(30);
  });
});
