import { createPublicKey, type KeyObject } from "node:crypto";
import { recipientKind } from "../crypto/age-recipient.ts";
import { ConclaveError, isConclaveError } from "../errors.ts";
import { readSmallFile } from "../host/files.ts";
import { wrappingKeyPem, wrappingKeyProblem } from "../key/rsa-recipient.ts";
import { parseTransferRequest, type TransferRequest } from "../key/transfer-request.ts";
import { LIMITS } from "../limits.ts";

/** What a file says of those to whom a secret may be sealed. */
export type FoundRecipient =
  | { kind: "age"; recipients: string[] }
  | { kind: "rsa"; publicKey: string }
  | { kind: "vault"; request: TransferRequest };

const DER_SEQUENCE = 0x30;
const BRACE = "{".charCodeAt(0);

/**
 * Read a file of recipients: age recipients, one a line, `#` before a comment; one RSA public key, PEM or DER; or the
 * request of another vault.
 * @throws ConclaveError NOT_FOUND, HOST_IO; INPUT_MALFORMED with the path before the message
 */
export function readRecipientFile(path: string): FoundRecipient {
  const bytes = readSmallFile(path, LIMITS.recipientFileBytes);
  if (bytes[0] === BRACE) return { kind: "vault", request: request(path, bytes) };
  const text = Buffer.from(bytes).toString("latin1");
  const label = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(text)?.[1];
  if (label !== undefined) return { kind: "rsa", publicKey: pemKey(path, text, label) };
  if (bytes[0] === DER_SEQUENCE) return { kind: "rsa", publicKey: derKey(path, bytes) };
  return { kind: "age", recipients: ageRecipients(path, text) };
}

function request(path: string, bytes: Uint8Array): TransferRequest {
  try {
    return parseTransferRequest(bytes);
  } catch (cause) {
    if (!isConclaveError(cause)) throw cause;
    throw new ConclaveError(cause.code, `${path}: ${cause.message}`, { suggestions: cause.suggestions, cause });
  }
}

function pemKey(path: string, text: string, label: string): string {
  if (label.includes("PRIVATE KEY"))
    throw refuse(path, "a private key, wanted a public one", `Take its public half: openssl pkey -pubout -in FILE`);
  if (label === "CERTIFICATE")
    throw refuse(
      path,
      "a certificate, wanted a public key",
      "Take the key out of it: openssl x509 -pubkey -noout -in FILE",
    );
  if (label !== "PUBLIC KEY" && label !== "RSA PUBLIC KEY") throw refuse(path, `PEM of ${label}, wanted PUBLIC KEY`);
  if (text.indexOf("-----BEGIN ") !== text.lastIndexOf("-----BEGIN ")) throw refuse(path, "more than one PEM document");
  return sound(path, () => createPublicKey(text));
}

function derKey(path: string, bytes: Uint8Array): string {
  return sound(path, () => {
    const key = createPublicKey({ key: Buffer.from(bytes), format: "der", type: "spki" });
    if (!key.export({ format: "der", type: "spki" }).equals(bytes)) throw new SyntaxError("not all of it is the key");
    return key;
  });
}

function sound(path: string, parse: () => KeyObject): string {
  let key: KeyObject;
  try {
    key = parse();
  } catch {
    throw refuse(path, "no public key can be read from it");
  }
  const problem = wrappingKeyProblem(key);
  if (problem !== undefined) throw refuse(path, problem);
  return wrappingKeyPem(key);
}

function ageRecipients(path: string, text: string): string[] {
  if (/AGE-SECRET-KEY-/i.test(text))
    throw refuse(path, "an age identity, which is secret: wanted recipients", "Take its recipient: age-keygen -y FILE");
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const recipients = lines.filter((line) => line !== "" && !line.startsWith("#"));
  if (recipients.length === 0) throw refuse(path, "no recipient in it");
  const wrong = lines.findIndex((line) => recipients.includes(line) && recipientKind(line) === undefined);
  if (wrong !== -1)
    throw refuse(path, `line ${wrong + 1} is no age recipient (age1…, age1pq1…, age1tag1…, age1tagpq1…)`);
  return recipients;
}

function refuse(path: string, problem: string, ...suggestions: string[]): ConclaveError {
  return new ConclaveError("INPUT_MALFORMED", `${path}: ${problem}`, { suggestions });
}
