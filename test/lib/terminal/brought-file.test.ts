import { chmodSync } from "node:fs";
import { expect, test } from "vitest";
import { isConclaveError } from "../../../src/lib/errors.ts";
import { LIMITS } from "../../../src/lib/limits.ts";
import { readBroughtFile } from "../../../src/lib/terminal/brought-file.ts";
import { workspace } from "../../support/workspace.ts";

const READING = { format: "raw", algorithm: "secret-data", kid: undefined } as const;

/** What is said of a file, and what was warned of. */
async function seen(path: string): Promise<{ said: string; warnings: string[] }> {
  const warnings: string[] = [];
  try {
    const { name, format, key } = await readBroughtFile(path, READING, undefined, (message) => warnings.push(message));
    return { said: `${name}: ${format}, ${key.material.length} bytes`, warnings };
  } catch (error) {
    if (isConclaveError(error)) return { said: error.message, warnings };
    throw error;
  }
}

test.for([
  { bytes: LIMITS.secretDataBytes, said: "key: raw, 4096 bytes" },
  { bytes: LIMITS.importBytes, said: "no key that can be imported: 65536 bytes, a key of secret-data has 16 to 4096" },
  { bytes: LIMITS.importBytes + 1, said: expect.stringMatching(/key: 65537 bytes, at most 65536 are read$/) },
])("a file of $bytes bytes", async ({ bytes, said }) => {
  await using place = await workspace();
  const path = await place.write(
    "key",
    Uint8Array.from({ length: bytes }, (_, i) => i),
  );
  expect(await seen(path)).toEqual({ said, warnings: [] });
});

test("a file that others can read is warned of; a folder, or nothing, is no file", async () => {
  await using place = await workspace();
  const path = await place.write("key", "a secret of some length");
  chmodSync(path, 0o640);
  expect((await seen(path)).warnings).toEqual([
    `${path} holds a key and can be read by others than its owner: chmod 600 it`,
  ]);
  expect((await seen(place.path)).said).toBe(`${place.path}: not a regular file`);
  expect((await seen(place.file("none"))).said).toBe(`${place.file("none")}: no such file or directory`);
});
