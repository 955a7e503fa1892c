import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** A mistake that a program could have, as a change of its source: what is there, and what stands in its place. */
export interface SeededBug {
  bug: string;
  /** The row of MUTATING_COMMANDS in which it shows. */
  command: string;
  file: string;
  right: string;
  wrong: string;
}

/** Mistakes that lose what was acknowledged, or leave what can't be opened: a harness that does not find them proves nothing. */
export const SEEDED_BUGS: readonly SeededBug[] = [
  {
    bug: "the database is never synced (synchronous = OFF)",
    command: "key create",
    file: "src/lib/storage/sqlite.ts",
    right: "synchronous: 3,",
    wrong: "synchronous: 0,",
  },
  {
    bug: "the end of the journal is not synced (synchronous = NORMAL)",
    command: "key create",
    file: "src/lib/storage/sqlite.ts",
    right: "synchronous: 3,",
    wrong: "synchronous: 1,",
  },
  {
    bug: "the end of the journal is not synced (synchronous = FULL)",
    command: "key create",
    file: "src/lib/storage/sqlite.ts",
    right: "synchronous: 3,",
    wrong: "synchronous: 2,",
  },
  {
    bug: "the journal is in memory",
    command: "key create",
    file: "src/lib/storage/sqlite.ts",
    right: 'journal_mode: "delete",',
    wrong: 'journal_mode: "memory",',
  },
  {
    bug: "files are not synced",
    command: "init",
    file: "src/lib/host/files.ts",
    right: "    fsyncSync(file);\n",
    wrong: "",
  },
  {
    bug: "the names in a directory are not synced",
    command: "init",
    file: "src/lib/host/files.ts",
    right: "      fsyncSync(directory);\n",
    wrong: "",
  },
  {
    bug: "a file gets its name before it is synced",
    command: "audit verify that moves the anchor",
    file: "src/lib/host/files.ts",
    right: "    fsyncSync(file);\n  } finally {\n    closeSync(file);\n  }\n}",
    wrong: "    setTimeout(() => fsyncSync(file));\n  } finally {\n    setTimeout(() => closeSync(file), 1);\n  }\n}",
  },
  {
    bug: "a key is announced before it is committed",
    command: "key create",
    file: "src/commands/key/create.ts",
    right: "      const done = await this.perform(",
    wrong: '      this.result("done");\n      const done = await this.perform(',
  },
  {
    bug: "the anchor moves before the commit",
    command: "key create",
    file: "src/lib/vault/vault.ts",
    right: "      await chain.storeCheckpoint(writer, hostKey);\n",
    wrong: "      await chain.storeCheckpoint(writer, hostKey);\n      this.remember(chain, whole);\n",
  },
];

/** A copy of the program with a bug in it, run from its sources; removed at the end of the block. */
export class BuggyProgram implements AsyncDisposable {
  /** What Node.js runs. */
  readonly run: string;
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
    this.run = join(folder, "bin/run.js");
  }

  /** @throws {Error} the source does not have the line: the bug must be planted anew */
  static async of({ bug, file, right, wrong }: SeededBug): Promise<BuggyProgram> {
    const folder = await realpath(await mkdtemp(join(tmpdir(), "conclave-bug-")));
    await mkdir(join(folder, "bin"));
    for (const path of ["bin/run.js", "bin/start.js", "package.json", "src"]) {
      await cp(join(ROOT, path), join(folder, path), { recursive: true });
    }
    await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
    const source = await readFile(join(folder, file), "utf8");
    if (source.split(right).length !== 2) throw new Error(`${file} has no place for the bug: ${bug}`);
    await writeFile(
      join(folder, file),
      source.replace(right, () => wrong),
    );
    return new BuggyProgram(folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true });
  }
}
