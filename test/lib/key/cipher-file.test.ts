import { expect, test } from "vitest";
import { utf8 } from "../../../src/lib/bytes.ts";
import { randomSecret } from "../../../src/lib/crypto/random.ts";
import { SameBytes } from "../../../src/lib/crypto/same-bytes.ts";
import { Spool } from "../../../src/lib/host/spool.ts";
import { decryptFile, encryptFile } from "../../../src/lib/key/cipher-file.ts";
import { writeEncryptedHead } from "../../../src/lib/key/encrypted-file.ts";
import type { ActOutput } from "../../../src/lib/vault/unlocked.ts";
import { id } from "../../support/keyrings.ts";
import { workspace } from "../../support/workspace.ts";

const HEAD = {
  type: "encrypted-file",
  version: 1,
  vault: id(1),
  key: id(2),
  keyVersion: 1,
  algorithm: "aes-256",
  associatedData: false,
} as const;

/** What keeps the parts that are written. */
function kept(parts: Uint8Array[]): ActOutput {
  return {
    write: async (written) => void parts.push(...written.map((part) => part.slice())),
    finish: async () => {},
    publish: async () => undefined,
    [Symbol.asyncDispose]: async () => {},
  };
}

test("a file opens by its own head alone: not by that of another version, nor if one bit of the clear head differs", async () => {
  await using place = await workspace();
  using secret = randomSecret(32);
  using plain = new Spool(place.path);
  await plain.write([utf8("a dump\n")]);
  const parts: Uint8Array[] = [];
  await encryptFile(plain, kept(parts), { head: HEAD, associatedData: undefined, secret }, undefined, undefined);
  const file = Buffer.concat(parts);

  const opened = async (bytes: Uint8Array, head: Parameters<typeof writeEncryptedHead>[0]) => {
    using input = new Spool(place.path);
    await input.write([bytes]);
    const cipher = { head, associatedData: undefined, secret };
    const { length } = writeEncryptedHead(head);
    const check = new SameBytes().check();
    return await decryptFile(input, length, kept([]), cipher, check, undefined);
  };
  expect(await opened(file, HEAD)).toBe(7);
  expect(await opened(file, { ...HEAD, keyVersion: 2 })).toBeUndefined();
  const altered = Buffer.from(file);
  altered.writeUInt8((altered[10] ?? 0) ^ 1, 10);
  expect(await opened(altered, HEAD)).toBeUndefined();
});
