import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { hex } from "../../../src/lib/bytes.ts";
import { sha256 } from "../../../src/lib/crypto/digest.ts";
import { describeNode } from "../../../src/lib/host/node-program.ts";

test("the running Node.js, and the digest of its binary", async () => {
  expect(await describeNode()).toEqual({
    version: process.version,
    path: process.execPath,
    sha256: hex(sha256(readFileSync(process.execPath))),
    flags: process.execArgv,
  });
});
