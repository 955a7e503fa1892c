import { createPrivateKey, type KeyObject } from "node:crypto";
import { join } from "node:path";
import { utf8 } from "../bytes.ts";
import { IntegrityError } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import { Secret } from "../secret.ts";
import { assertPrivateFile } from "./directory.ts";
import { createFileDurably, readSmallFile } from "./files.ts";

/** Where a vault keeps the key with which its host signs checkpoints and plans. */
export function hostKeyPath(vault: string): string {
  return join(vault, "host.key");
}

/** Write a new host key (PKCS#8 PEM, mode 0600). It is never part of a backup. */
export function saveHostKey(vault: string, key: KeyObject): void {
  const pem = key.export({ format: "pem", type: "pkcs8" });
  createFileDurably(hostKeyPath(vault), typeof pem === "string" ? utf8(pem) : pem);
}

/** @throws ConclaveError HOST_PREFLIGHT (mode, owner), NOT_FOUND, or INTEGRITY if it isn't an Ed25519 key */
export function loadHostKey(vault: string): KeyObject {
  const path = hostKeyPath(vault);
  assertPrivateFile(path);
  using pem = new Secret(readSmallFile(path, LIMITS.stateFileBytes));
  try {
    const { buffer, byteOffset, byteLength } = pem.reveal();
    const key = createPrivateKey({ key: Buffer.from(buffer, byteOffset, byteLength), format: "pem" });
    if (key.asymmetricKeyType === "ed25519") return key;
  } catch (error) {
    throw new IntegrityError(path, "not a private key in PEM", { cause: error });
  }
  throw new IntegrityError(path, "not an Ed25519 key");
}
