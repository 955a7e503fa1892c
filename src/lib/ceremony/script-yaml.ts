import { CST, type Document, isMap, isScalar, isSeq, Lexer, LineCounter, type Node, parseDocument, visit } from "yaml";
import { fromUtf8 } from "../bytes.ts";
import { LIMITS } from "../limits.ts";
import { firstUnsafe } from "../unsafe-text.ts";
import { described, type PlacedProblem, type ScriptProblem } from "./script-problem.ts";

/** Marks of YAML in one script: a script of the most steps has a tenth. */
const MOST_TOKENS = 20_000;

/** Nesting of a script's collections; a script needs four. */
const DEEPEST = 8;

/** Spaces before what stands in a line, but for a text over several lines. */
const WIDEST_INDENT = 64;

/** What of YAML no script needs, by the kind of its token. */
const REFUSED: ReadonlyMap<string, string> = new Map([
  ["anchor", "an anchor (&…)"],
  ["alias", "an alias (*…)"],
  ["tag", "a tag (!…)"],
  ["explicit-key-ind", "an explicit key (? …)"],
  ["directive-line", "a directive (%…)"],
  ["doc-end", "an end of a document (...)"],
  ["byte-order-mark", "a byte order mark"],
]);

/** What within double quotes stands for a character that can't be seen. */
const ESCAPE = /(?<!\\)(?:\\\\)*\\[^"\\]/;

/** A YAML document of which every value knows its place. */
export interface YamlDocument {
  value: unknown;
  place(problem: ScriptProblem): PlacedProblem;
}

/**
 * Read the small part of YAML 1.2 (core schema) that scripts are written in: maps, lists and scalars, each once.
 * Time and memory are bounded by the file's size; no library sees what this refuses first.
 *
 * @param refuse makes the error that is thrown from the first thing that is wrong
 */
export function parseYaml(bytes: Uint8Array, refuse: (problem: PlacedProblem) => Error): YamlDocument {
  const start = (message: string) => refuse({ line: 1, column: 1, message });
  if (bytes.length > LIMITS.scriptBytes) throw start(`${bytes.length} bytes, wanted at most ${LIMITS.scriptBytes}`);
  let text: string;
  try {
    text = fromUtf8(bytes);
  } catch {
    throw start("not UTF-8");
  }
  assertCharacters(text, refuse);
  assertPlainYaml(text, refuse);
  const lines = new LineCounter();
  const options = { schema: "core", uniqueKeys: true, merge: false, lineCounter: lines, prettyErrors: false } as const;
  const document = parseDocument(text, { ...options, logLevel: "error", stringKeys: true });
  const placeAt = (offset: number): Omit<PlacedProblem, "message"> => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const [error] = [...document.errors, ...document.warnings];
  visit(document, {
    Pair(_, { key }) {
      if (isScalar(key) && key.value === "__proto__")
        throw refuse({ ...placeAt(startOf(key)), message: "__proto__, which is no member's name" });
    },
  });
  if (error !== undefined) throw refuse({ ...placeAt(error.pos[0]), message: yamlMessage(error.code, error.message) });
  return {
    value: document.toJS({ maxAliasCount: 0 }),
    place: (problem) => ({ ...placeAt(offsetOf(document, problem)), message: described(problem) }),
  };
}

/** Line feeds and what can be seen, nothing else. */
function assertCharacters(text: string, refuse: (problem: PlacedProblem) => Error): void {
  const unsafe = firstUnsafe(text.replaceAll("\n", " "));
  if (unsafe === undefined) return;
  const before = text.slice(0, unsafe.offset).split("\n");
  const message = `has the character ${unsafe.name}, wanted only what can be seen, spaces and line feeds`;
  throw refuse({ line: before.length, column: (before.at(-1)?.length ?? 0) + 1, message });
}

/** No aliases, tags or other tools of an attacker, and no deep nesting. Stops at the first. */
function assertPlainYaml(text: string, refuse: (problem: PlacedProblem) => Error): void {
  let [line, column, tokens, depth, indicators, documents] = [1, 1, 0, 0, 0, 0];
  const stop = (message: string) => refuse({ line, column, message });
  let kind: string | null = null;
  for (const source of new Lexer().lex(text)) {
    kind = kind === "scalar" ? "scalar-text" : CST.tokenType(source); // whose first character means nothing
    if (++tokens > MOST_TOKENS) throw stop(`more than ${MOST_TOKENS} marks of YAML: too much for a script`);
    const refused = REFUSED.get(kind ?? "");
    if (refused !== undefined) throw stop(`${refused}, which no script needs`);
    if (kind === "doc-mode" || kind === "scalar" || kind === "flow-error-end") continue; // no characters of the text
    if (kind === "doc-start" && (documents++ > 0 || tokens > 3)) throw stop("a second document, wanted one");
    if (kind === "flow-map-start" || kind === "flow-seq-start") depth++;
    if (kind === "flow-map-end" || kind === "flow-seq-end") depth--;
    if (kind === "seq-item-ind") indicators++;
    if (depth > DEEPEST || indicators > DEEPEST) throw stop(`nested deeper than ${DEEPEST}`);
    if (kind === "double-quoted-scalar" && ESCAPE.test(source))
      throw stop("an escape (\\…) in quotes, which no script needs");
    if (kind === "space" && column === 1 && source.length > WIDEST_INDENT) throw stop(`nested deeper than ${DEEPEST}`);
    if (kind === "newline") indicators = 0;
    const feeds = source.split("\n");
    if (feeds.length > 1) [line, column] = [line + feeds.length - 1, 1];
    column += feeds.at(-1)?.length ?? 0;
  }
}

function yamlMessage(code: string, message: string): string {
  if (code === "DUPLICATE_KEY") return "the same member twice, wanted it once";
  if (code === "TAB_AS_INDENT") return "a tab, wanted spaces";
  return `not YAML: ${message.split("\n")[0]}`;
}

/** Where a problem's value stands; if it isn't there, what it is missing in. */
function offsetOf(document: Document, { path, at = "value" }: ScriptProblem): number {
  let node: unknown = document.contents;
  let offset = startOf(node);
  for (const [i, part] of path.entries()) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === part);
      if (pair === undefined) break;
      offset = startOf(pair.key);
      node = pair.value;
      if (at === "name" && i === path.length - 1) return offset;
    } else if (isSeq(node) && typeof part === "number") {
      node = node.items[part];
    } else break;
    if (startOf(node) > 0) offset = startOf(node);
  }
  return offset;
}

function startOf(node: unknown): number {
  return (node as Node | null)?.range?.[0] ?? 0;
}
