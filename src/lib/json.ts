import canonicalize from "canonicalize";
import type { ZodType } from "zod";
import { fromUtf8, utf8 } from "./bytes.ts";
import { LIMITS } from "./limits.ts";

/**
 * Canonical JSON of `value` (RFC 8785).
 * @param value strings, integers, booleans, null, arrays and plain objects only
 * @throws {TypeError} a value that JSON can't say, or a number that isn't a safe integer
 */
export function canonicalJson(value: unknown): string {
  assertPlain(value, LIMITS.jsonDepth);
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError("not a JSON value");
  return text;
}

/**
 * A canonical JSON document of which one spelling only is accepted: parsed by its schema, unknown
 * members refused (the schema must be strict), and the text equal to its own re-serialisation.
 *
 * @param refuse makes the error to be thrown from what is wrong, `member.path: what was wanted`
 */
export function parseCanonicalJson<T>(text: string, schema: ZodType<T>, refuse: (problem: string) => Error): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refuse("not JSON");
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw refuse(firstIssue(parsed.error.issues));

  let again: string;
  try {
    again = canonicalJson(parsed.data);
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : "not canonical");
  }
  if (again !== text) throw refuse("not canonical JSON (RFC 8785)");
  return parsed.data;
}

/** The bytes of a file that holds one canonical JSON document and a line feed. */
export function canonicalFile(value: unknown): Uint8Array {
  return utf8(`${canonicalJson(value)}\n`);
}

/** The document in such a file; the line feed may be missing. @param refuse as of `parseCanonicalJson` */
export function parseCanonicalFile<T>(bytes: Uint8Array, schema: ZodType<T>, refuse: (problem: string) => Error): T {
  if (bytes.length > LIMITS.documentBytes) throw refuse(`larger than ${LIMITS.documentBytes} bytes`);
  let text: string;
  try {
    text = fromUtf8(bytes);
  } catch {
    throw refuse("not UTF-8");
  }
  return parseCanonicalJson(text.replace(/\n$/, ""), schema, refuse);
}

/** `steps[2].threshold: must be …` of the first of a schema's complaints. */
export function firstIssue(issues: readonly { path: readonly PropertyKey[]; message: string }[]): string {
  const issue = issues[0];
  if (issue === undefined) return "malformed";
  const path = issue.path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
  return path === "" ? issue.message : `${path.replace(/^\./, "")}: ${issue.message}`;
}

function assertPlain(value: unknown, depth: number): void {
  if (depth < 0) throw new TypeError(`nested deeper than ${LIMITS.jsonDepth}`);
  if (typeof value === "number" && !Number.isSafeInteger(value)) throw new TypeError("a number that isn't an integer");
  if (typeof value !== "object" || value === null) return;
  for (const member of Object.values(value)) assertPlain(member, depth - 1);
}
