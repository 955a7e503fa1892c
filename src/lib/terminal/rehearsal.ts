import { spawn } from "node:child_process";
import { mkdtempSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { utf8 } from "../bytes.ts";
import { randomHex } from "../crypto/random.ts";
import { digestWords } from "../crypto/words.ts";
import { ConclaveError } from "../errors.ts";
import { createFileDurably } from "../host/files.ts";
import { shellWord } from "../host/shell-word.ts";
import { AbortedError } from "./aborted-error.ts";
import { EXIT_STATUS } from "./exit-status.ts";
import { writeMessage, writeResult } from "./output.ts";
import { askLine } from "./prompt.ts";

const CUSTODIANS = ["alice", "bob", "carol"] as const;

/** One command of the guided rehearsal, with what to know before it. */
interface Step {
  title: string;
  /** Said before the command when people play the roles. */
  inRoom: string;
  args: string[];
  /** Added when nobody is there to be asked. */
  unattended?: string[];
}

/**
 * Lead through a first ceremony in a throwaway vault: genesis with three custodians, a key made by two
 * of them, the audit chain verified. Each command is shown, then run for real as a process of its own.
 *
 * @param attended whether people play the roles on the terminal, or passphrases are generated
 * @returns the folder
 * @throws ConclaveError if one of the commands fails
 */
export async function rehearseFirstCeremony(attended: boolean): Promise<string> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "conclave-rehearsal-")));
  const passphrases = CUSTODIANS.map((name) => ({ name, file: join(folder, `${name}.passphrase`) }));
  if (!attended) for (const { file } of passphrases) createFileDurably(file, utf8(`${digestWords(randomHex(32))}\n`));

  writeResult(`A rehearsal of a first ceremony, in ${folder}\n`);
  const files = passphrases.flatMap(({ name, file }) => ["--passphrase-file", `${name}=${file}`]);
  for (const step of steps(folder, files)) await take(step, attended);
  writeResult(closing(folder));
  return folder;
}

function steps(folder: string, passphraseFiles: string[]): Step[] {
  const vault = ["--vault", join(folder, "vault")];
  const shares = ["alice", "bob"].flatMap((name) => ["--share", join(folder, "shares", `${name}.share`)]);
  return [
    {
      title: "Genesis: a vault, and a share for each of three custodians, any two of whom can act",
      inRoom:
        "You play alice, bob and carol. Each chooses a passphrase, then opens the own share file to prove it. A rehearsal takes short ones.",
      args: [
        "init",
        ...vault,
        "--rehearsal",
        "--threshold",
        "2",
        ...CUSTODIANS.flatMap((name) => ["--custodian", name]),
        "--shares-dir",
        join(folder, "shares"),
      ],
      unattended: [...passphraseFiles, "--yes"],
    },
    { title: "The vault, locked", inRoom: "No custodian is needed to look at it.", args: ["status", ...vault] },
    {
      title: "Two custodians make a key",
      inRoom: `Two of the three come forward, each with the own share file (${join(folder, "shares", "alice.share")}, …). Try a wrong passphrase on the way.`,
      args: ["key", "create", "payments", ...vault, "--algorithm", "aes-256", "--reason", "first rehearsal"],
      unattended: [...shares, ...passphraseFiles.slice(0, 4), "--yes"],
    },
    {
      title: "The key's story",
      inRoom: "Who approved what, when and why.",
      args: ["key", "history", "payments", ...vault],
    },
    {
      title: "The proof: every entry, signature, row and ciphertext",
      inRoom: "Anybody can do this, with the vault locked.",
      args: ["audit", "verify", ...vault],
    },
  ];
}

async function take({ title, inRoom, args, unattended = [] }: Step, attended: boolean): Promise<void> {
  const all = attended ? args : [...args, ...unattended];
  writeResult(`\n== ${title}\n`);
  if (attended) writeResult(`${inRoom}\n`);
  writeResult(`$ conclave ${all.map(shellWord).join(" ")}\n`);
  if (attended) await askLine("Press Enter to run it:", "a terminal");
  const status = await runConclave(all);
  if (status === EXIT_STATUS.ABORTED) throw new AbortedError();
  if (status !== 0)
    throw new ConclaveError("NOT_VERIFIED", `the rehearsal ended early: conclave ${args[0]} exited with ${status}`);
}

/** Run this same program with other arguments, on this terminal. */
async function runConclave(args: readonly string[]): Promise<number> {
  const script = process.argv[1];
  if (script === undefined) throw new TypeError("no program to run");
  const ignoreInterrupt = () => undefined; // the child answers Ctrl-C; we follow its exit status
  process.on("SIGINT", ignoreInterrupt);
  const child = spawn(process.execPath, [...process.execArgv, script, ...args], { stdio: "inherit" });
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code) => resolve(code ?? EXIT_STATUS.ABORTED));
    });
  } finally {
    process.off("SIGINT", ignoreInterrupt);
    writeMessage("");
  }
}

function closing(folder: string): string {
  return `
== What to do for a real one
- On the host that is to hold the vault: conclave init --threshold 2 --custodian NAME --custodian NAME --custodian NAME
  --share-out NAME=/media/STICK/NAME.share, a stick for each custodian, and long passphrases that only they know.
- Write the genesis hash down on paper, and take the sticks away.
- This rehearsal is worth nothing and can be looked at, then removed: rm -r ${folder}
`;
}
