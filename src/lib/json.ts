import canonicalize from "canonicalize";
import { type ZodType, z } from "zod";
import { fromUtf8, utf8 } from "./bytes.ts";
import { LIMITS } from "./limits.ts";

/**
 * Canonical JSON of `value` (RFC 8785).
 * @param value strings, integers, booleans, null, arrays and plain objects only
 * @throws {TypeError} a value that JSON can't say, or a number that isn't a safe integer
 */
export function canonicalJson(value: unknown): string {
  const unordered = new Set<unknown>();
  assertPlain(value, LIMITS.jsonDepth, unordered);
  const text = write(value, unordered);
  // A lone surrogate, which JSON.stringify escapes, is refused by RFC 8785.
  const canonical = text?.includes("\\ud") === true ? canonicalize(value) : text;
  if (canonical === undefined) throw new TypeError("not a JSON value");
  return canonical;
}

/** An object with whatever members, which stays as it is: what they must be is for another schema to say. */
export const objectSchema = z.custom<Record<string, unknown>>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value) && !Object.hasOwn(value, "__proto__"),
  "must be an object, and have no __proto__",
);

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

/**
 * @param unordered to which is added whatever holds an object whose members aren't in the order of RFC 8785, that of
 *   UTF-16 code units
 * @returns whether nothing was
 */
function assertPlain(value: unknown, depth: number, unordered: Set<unknown>): boolean {
  if (depth < 0) throw new TypeError(`nested deeper than ${LIMITS.jsonDepth}`);
  if (typeof value === "number" && !Number.isSafeInteger(value)) throw new TypeError("a number that isn't an integer");
  if (typeof value !== "object" || value === null) return true;
  let ordered = true;
  if (Array.isArray(value)) {
    for (const member of value) if (!assertPlain(member, depth - 1, unordered)) ordered = false;
  } else {
    let before = "";
    for (const name of Object.keys(value)) {
      if (name < before) ordered = false;
      if (!assertPlain((value as Members)[name], depth - 1, unordered)) ordered = false;
      before = name;
    }
  }
  if (!ordered) unordered.add(value);
  return ordered;
}

type Members = { readonly [name: string]: unknown };

/** JSON.stringify is several times faster than any other way, and right for what is ordered. */
function write(value: unknown, unordered: ReadonlySet<unknown>): string | undefined {
  if (!unordered.has(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((member) => write(member, unordered) ?? "null").join(",")}]`;
  const members: string[] = [];
  for (const name of Object.keys(value as Members).sort()) {
    const text = write((value as Members)[name], unordered);
    if (text !== undefined) members.push(`${JSON.stringify(name)}:${text}`);
  }
  return `{${members.join(",")}}`;
}
