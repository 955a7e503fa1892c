import { LIMITS } from "../../src/lib/limits.ts";

/** A script that is right: what is done to it is what is wrong with a hostile one. */
export const HARMLESS = `ceremony: harmless
title: Harmless
roles: { custodians: quorum root }
inputs:
  name: { type: key-name, prompt: Name }
steps:
  - read: Everyone says name and role.
  - action: key.create
    with:
      name: \${inputs.name}
      algorithm: aes-256
`;

/** A script file that attacks its parser, its reader or the people in the room. */
export interface HostileScript {
  what: string;
  bytes: Uint8Array;
}

/** ATTACKS I1 and more; made anew, none is kept. */
export function hostileScripts(): HostileScript[] {
  return [...bombs(), ...yaml(), ...typing(), ...characters(), ...lying()];
}

/** What would take time or memory. */
function bombs(): HostileScript[] {
  const fit = (unit: string) => unit.repeat(Math.floor((LIMITS.scriptBytes - 4096) / unit.length));
  return [
    text(
      "an alias bomb",
      `a: &a [x,x,x,x,x,x,x,x,x]\n${"bcdefghi".replace(/./g, (c, i) => `${c}: &${c} [${`*${"abcdefghi"[i]},`.repeat(9)}]\n`)}`,
    ),
    text("an alias bomb within a script", `${HARMLESS}x: &x [a, a]\ny: [*x, *x, *x]\n`),
    text("an alias of itself", "a: &a [*a]\n"),
    text("100 k nested lists", `a: ${"[".repeat(100_000)}`),
    text("100 k nested lists, closed", `a: ${"[".repeat(100_000)}${"]".repeat(100_000)}`),
    text("nested maps", `a: ${"{a: ".repeat(50_000)}`),
    text("nested maps, closed", `a: ${"{a: ".repeat(50_000)}1${"}".repeat(50_000)}`),
    text("nested dashes", `${"- ".repeat(120_000)}x`),
    text("nested question marks", `${"? ".repeat(120_000)}x`),
    text("nested by indentation", Array.from({ length: 700 }, (_, i) => `${" ".repeat(i)}a:`).join("\n")),
    text("dashes by indentation", Array.from({ length: 500 }, (_, i) => `${" ".repeat(i)}-`).join("\n")),
    text("many colons", fit("a: ")),
    text("many tags", fit("!a ")),
    text("many anchors", fit("- &a\n")),
    text("many members", Array.from({ length: 20_000 }, (_, i) => `k${i}: 1`).join("\n")),
    text("many members of inputs", HARMLESS.replace("inputs:", `inputs:\n${fit("  a: {}\n")}`)),
    text("many steps", HARMLESS.replace("steps:", `steps:\n${fit("  - read: x\n").slice(0, 100_000)}`)),
    text("many documents", fit("---\n")),
    text("many directives", fit("%a\n")),
    text("many comments", fit("#\n")),
    text("many empty lines", fit("\n")),
    text("many commas", `a: [${fit(",")}]`),
    text("many block scalars", fit("- |\n")),
    text("many quotes", fit("'")),
    text("an endless quoted text", `a: "${fit("x")}`),
    text("many escapes", `a: "${fit("\\u0041")}"`),
    text("many wrong escapes", `a: "${fit("\\x")}"`),
    text("one long line", HARMLESS.replace("Everyone", fit("y"))),
    text("one long name", HARMLESS.replace("title", fit("t"))),
    text(
      "a huge number",
      HARMLESS.replace("role.", "role.\n    minutes: ").replace("minutes: ", `minutes: ${"9".repeat(100_000)}`),
    ),
    text("a long list of custodians", HARMLESS.replace("aes-256", `aes-256\n      tags: [${"a=b,".repeat(30_000)}]`)),
    { what: "one byte more than the most", bytes: new Uint8Array(LIMITS.scriptBytes + 1).fill(0x23) },
    { what: "10 MB", bytes: new Uint8Array(10 * 1024 * 1024).fill(0x20) },
  ];
}

/** What of YAML no script needs. */
function yaml(): HostileScript[] {
  return [
    text("an anchor", HARMLESS.replace("Harmless", "&a Harmless")),
    text("an anchor on the whole", `&a\n${HARMLESS}`),
    text("an alias", `${HARMLESS.replace("Harmless", "&a Harmless")}after: *a\n`),
    text("an alias of nothing", HARMLESS.replace("Harmless", "*a")),
    text("a tag that makes a function", HARMLESS.replace("Harmless", "!!js/function 'function () { return 1 }'")),
    text("a tag that makes a Python object", HARMLESS.replace("Harmless", "!!python/object/apply:os.system ['id']")),
    text("a tag of the core", HARMLESS.replace("Harmless", "!!str Harmless")),
    text("a verbatim tag", HARMLESS.replace("Harmless", "!<tag:yaml.org,2002:binary> SGFybWxlc3M=")),
    text("a local tag", HARMLESS.replace("Harmless", "!secret Harmless")),
    text("a tag directive", `%TAG ! tag:example.org,2026:\n---\n${HARMLESS}`),
    text("a version directive", `%YAML 1.1\n---\n${HARMLESS}`),
    text("a merge key", HARMLESS.replace("    with:", "    with:\n      <<: { name: x }")),
    text("a merge key on the whole", `<<: { title: x }\n${HARMLESS}`),
    text("a merge key of an alias", `${HARMLESS.replace("roles: {", "roles: &r {")}<<: *r\n`),
    text("a member twice", HARMLESS.replace("title: Harmless", "title: Harmless\ntitle: Other")),
    text("a member twice, once quoted", HARMLESS.replace("title: Harmless", 'title: Harmless\n"title": Other')),
    text("a parameter twice", HARMLESS.replace("algorithm: aes-256", "algorithm: aes-256\n      algorithm: rsa-2048")),
    text("a second document", `${HARMLESS}---\n${HARMLESS}`),
    text("an end of the document", `${HARMLESS}...\n`),
    text("an end, and a second document", `${HARMLESS}...\n---\ntitle: x\n`),
    text("an explicit key", `${HARMLESS}? after\n: []\n`),
    text("a map as a key", `${HARMLESS}{ a: 1 }: x\n`),
    text("a list as a key", `${HARMLESS}[a]: x\n`),
    text("a tab for indentation", HARMLESS.replace("    with:", "\twith:")),
  ];
}

/** Values that are another thing than they seem. */
function typing(): HostileScript[] {
  const minutes = (value: string) => HARMLESS.replace("role.", `role.\n    minutes: ${value}`);
  return [
    text("__proto__", `${HARMLESS}__proto__: { polluted: true }\n`),
    text("__proto__ as a parameter", HARMLESS.replace("      algorithm", "      __proto__: x\n      algorithm")),
    text("__proto__ as an input", HARMLESS.replace("inputs:", "inputs:\n  __proto__: { type: text, prompt: x }")),
    text("constructor", `${HARMLESS}constructor: { prototype: { polluted: true } }\n`),
    text("constructor as a step", HARMLESS.replace("  - read:", "  - constructor: x\n  - read:")),
    text("hasOwnProperty as a step", HARMLESS.replace("  - read:", "  - hasOwnProperty: x\n  - read:")),
    text("an octal number of YAML 1.1", minutes("010_0")),
    text("an octal number", minutes("0o777")),
    text("a hexadecimal number", minutes("0xffff")),
    text("a sexagesimal number", minutes("1:30")),
    text("yes", HARMLESS.replace("aes-256", "aes-256\n      exportable: yes")),
    text("on", HARMLESS.replace("aes-256", "aes-256\n      exportable: on")),
    text("a number that is none", minutes(".nan")),
    text("an infinite number", minutes(".inf")),
    text("a negative number", minutes("-1")),
    text("a broken number", minutes("1.5")),
    text("null", minutes("~")),
    text("nothing", minutes("")),
    text("a number as a name", HARMLESS.replace("ceremony: harmless", "ceremony: 1")),
    text("true as a name", HARMLESS.replace("ceremony: harmless", "ceremony: true")),
    text("a date as a title", HARMLESS.replace("title: Harmless", "title: [2026-11-24]")),
    text("an empty file", ""),
    text("a comment", "# nothing\n"),
    text("JSON with a member twice", '{"ceremony": "x", "ceremony": "y"}'),
  ];
}

/** Bytes that are no text, and characters that hide some. */
function characters(): HostileScript[] {
  const said = (hidden: string) => HARMLESS.replace("Everyone", `Every${hidden}one`);
  return [
    text("a byte order mark", `\ufeff${HARMLESS}`),
    text("a carriage return", said("\r")),
    text("lines that end with CR LF", HARMLESS.replaceAll("\n", "\r\n")),
    text("a NUL", said("\0")),
    text("an escape", said("\u001b[2J")),
    text("an escape within quotes", HARMLESS.replace("Everyone says name and role.", '"a\\e[2Jb"')),
    text("a C1 control", said("\u009b2J")),
    text("a backspace", said("\b\b\b")),
    text("text from right to left", said("\u202e")),
    text("text from right to left, escaped", HARMLESS.replace("Everyone says name and role.", '"a\\u202eb"')),
    text("an isolate", said("\u2066")),
    text("a zero-width space", said("\u200b")),
    text("a tag character", said("\u{e0041}")),
    text("a line separator", said("\u2028")),
    text("a no-break space", said("\u00a0")),
    text("a control character in a comment", `# \u001b[2J\n${HARMLESS}`),
    text("a control character in a name", HARMLESS.replace("title:", "ti\u001btle:")),
    { what: "UTF-16", bytes: Buffer.from(`\ufeff${HARMLESS}`, "utf16le") },
    { what: "no UTF-8", bytes: Buffer.concat([Buffer.from(HARMLESS), Buffer.from([0xff, 0xfe])]) },
    { what: "an overlong NUL", bytes: Buffer.concat([Buffer.from(HARMLESS), Buffer.from([0xc0, 0x80])]) },
    { what: "a lone surrogate", bytes: Buffer.concat([Buffer.from(HARMLESS), Buffer.from([0xed, 0xa0, 0x80])]) },
    { what: "a program", bytes: Buffer.from("7f454c46020101000000000000000000", "hex") },
  ];
}

/** A script that lies in wait: it reads well, and does something else, or nothing. */
function lying(): HostileScript[] {
  return [
    text("an unknown member", `${HARMLESS}onerror: rm -rf /\n`),
    text("an unknown member of a step", HARMLESS.replace("  - action:", "    run: id\n  - action:")),
    text("an unknown action", HARMLESS.replace("key.create", "key.steal")),
    text("an action that is a path", HARMLESS.replace("key.create", "../../bin/sh")),
    text("a missing parameter", HARMLESS.replace("      algorithm: aes-256\n", "")),
    text("an unknown parameter", HARMLESS.replace("algorithm:", "exportible: true\n      algorithm:")),
    text("an input used, not declared", HARMLESS.replace("Everyone", "${inputs.other}")),
    text("an input declared, not used", HARMLESS.replace("${inputs.name}", "fixed")),
    text("an input that is looked through twice", HARMLESS.replace("${inputs.name}", "${inputs.${inputs.name}}")),
    text("an environment variable", HARMLESS.replace("Everyone", "${env.HOME}")),
    text("a command in its place", HARMLESS.replace("Everyone", "${`id`}")),
    text("an act that nobody approves", HARMLESS.replace("{ custodians: quorum root }", "{}")),
    text(
      "a threshold of one",
      HARMLESS.replace(/ {2}- action[^]*/, "  - genesis: { custodians: [a, b], threshold: 1, shares-dir: s }\n")
        .replace("custodians: quorum root", "newcomers: a b")
        .replace("Everyone", "${inputs.name}"),
    ),
    text(
      "an act between acts",
      `${HARMLESS}  - read: Now the harmless part is done.\n  - action: key.destroy\n    with: { key: a, reason: b }\n`,
    ),
    text(
      "a proof of the backup before",
      `${HARMLESS.replace("  - read", "  - do: backup.create\n    with: { to: b }\n  - read")}  - prove: restore\n`,
    ),
    text("a role that isn't there", HARMLESS.replace("role.", "role.\n    who: witnesses")),
    text("a path as its name", HARMLESS.replace("ceremony: harmless", "ceremony: ../../etc/cron.d/x")),
    text("an option as its name", HARMLESS.replace("ceremony: harmless", "ceremony: --rehearsal")),
    text("a default that is a path upwards", HARMLESS.replace("prompt: Name }", "prompt: Name, default: ../../x/y }")),
  ];
}

function text(what: string, content: string): HostileScript {
  return { what, bytes: Buffer.from(content) };
}
