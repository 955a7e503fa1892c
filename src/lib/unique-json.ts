/**
 * Parse JSON in which no object has two members of one name: JSON.parse takes the last of them, another program the
 * first.
 *
 * @throws {SyntaxError} no JSON, or a doubled name
 */
export function parseUniqueJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  const open: (Set<string> | undefined)[] = [];
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"(?:\s*:)?|[{}[\]]/g)) {
    if (token === "{") open.push(new Set());
    else if (token === "[") open.push(undefined);
    else if (token === "}" || token === "]") open.pop();
    else if (token.endsWith(":")) addName(open.at(-1), JSON.parse(token.slice(0, token.lastIndexOf('"') + 1)));
  }
  return value;
}

function addName(names: Set<string> | undefined, name: string): void {
  if (names?.has(name) === true) throw new SyntaxError(`member ${JSON.stringify(name)} stands there twice`);
  names?.add(name);
}
