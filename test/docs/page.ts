import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's own folder. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** A document of this repository, or a part of one, as a test reads it. */
export class Page {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** The part under the heading of this title, up to the next one of its level or higher. */
  section(title: string): Page {
    const lines = this.text.split("\n");
    const start = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, "") === title);
    if (start === -1) throw new Error(`no section ${title}`);
    const level = lines[start]?.indexOf(" ") ?? 0;
    const end = lines.findIndex((line, i) => i > start && /^#+ /.test(line) && line.indexOf(" ") <= level);
    return new Page(lines.slice(start + 1, end === -1 ? undefined : end).join("\n"));
  }

  /** Titles of the sections of one level, in their order. */
  titles(level: number): string[] {
    return Array.from(this.text.matchAll(new RegExp(`^#{${level}} (.*)$`, "gm")), (match) => match[1] ?? "");
  }

  /** The cells of each row of all tables, without the headings. */
  rows(): string[][] {
    const lines = this.text.split("\n");
    const isRow = (line: string | undefined) => line?.startsWith("|") === true;
    return lines
      .filter((line, i) => isRow(line) && isRow(lines[i - 1]) && !/^\|[-|]+$/.test(line))
      .map((line) =>
        line
          .slice(2, -1)
          .split(" | ")
          .map((cell) => cell.trim()),
      );
  }

  /** The first cells of all rows, without their backticks. */
  firstCells(): string[] {
    return this.rows().map(([cell]) => cell?.replaceAll("`", "") ?? "");
  }

  /** Contents of the fenced blocks whose info string is `info`. */
  fenced(info: string): string[] {
    const blocks = this.text.matchAll(/^```(.*)\n([^]*?)\n```$/gm);
    return Array.from(blocks).flatMap((match) => (match[1] === info ? [match[2] ?? ""] : []));
  }

  /** The one fenced block of JSON. */
  json(): unknown {
    const [block, ...others] = this.fenced("json");
    if (block === undefined || others.length > 0) throw new Error("not one block of JSON");
    return JSON.parse(block);
  }

  /** The lines outside fenced blocks that are indented by four, without the indent. */
  indented(): string[] {
    return Array.from(
      this.text.replace(/^```.*\n[^]*?\n```$/gm, "").matchAll(/^ {4}(\S.*)$/gm),
      (match) => match[1] ?? "",
    );
  }
}

/** @param path below the repository's folder */
export function readPage(path: string): Page {
  return new Page(readFileSync(join(ROOT, path), "utf8"));
}

/** A page of docs/formats. */
export function format(name: string): Page {
  return readPage(`docs/formats/${name}.md`);
}
