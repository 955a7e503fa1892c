import { join } from "node:path";
import { ACTIONS } from "../catalogue.ts";
import type { CeremonyHost } from "../ceremony/ceremony.ts";
import { beginRehearsal, prepareRehearsal, rehearsedAnswer } from "../ceremony/rehearsal.ts";
import { passphraseFile, type Rehearsal, rehearsalState, shareFileOf } from "../ceremony/rehearsal-place.ts";
import { beginCeremony, type RunResult } from "../ceremony/run.ts";
import type { ScriptFile } from "../ceremony/script-file.ts";
import type { Stage } from "../ceremony/stage.ts";
import { timestamp } from "../clock.ts";
import { shellWord } from "../host/shell-word.ts";
import { holdingLock } from "../quorum/founding-alone.ts";
import { hasVault } from "../vault/read-only.ts";
import type { Surroundings } from "../vault/vault.ts";
import { ceremonyHost } from "./ceremony-host.ts";
import { runText } from "./ceremony-runs.ts";
import { show } from "./escape.ts";
import { writeMessage } from "./output.ts";
import { playedStage } from "./played-stage.ts";
import { roomStage } from "./room-stage.ts";
import type { NamedShareFile, ShareKeys } from "./share-file.ts";

export interface RehearseOptions {
  /** Whether people on the terminal play the roles; else the machine plays them all. */
  attended: boolean;
  quiet: boolean;
  /** Whose state directory is left alone: the rehearsal has its own. */
  around: Surroundings;
  tool: string;
  transcriptDir: string | undefined;
  warn: (message: string) => void;
}

/** A rehearsal that is about to begin: its place, what it is held with, who plays. */
export interface RehearsalSet {
  rehearsal: Rehearsal;
  host: CeremonyHost;
  stage: Stage;
}

/** Rehearse a script in a throwaway place. */
export async function rehearse(
  file: ScriptFile,
  given: ReadonlyMap<string, string>,
  options: RehearseOptions,
): Promise<{ rehearsal: Rehearsal; result: RunResult }> {
  const { rehearsal, host, stage } = await setUpRehearsal(file, options);
  const result = await holdingLock(host.around, "ceremony.lock", () => beginCeremony(file, given, true, host, stage));
  return { rehearsal, result };
}

/** Make the throwaway place. */
export async function setUpRehearsal(file: ScriptFile, options: RehearseOptions): Promise<RehearsalSet> {
  const { attended, tool } = options;
  const setup = { host: { catalogue: ACTIONS, tool }, around: options.around, attended };
  const rehearsal = await beginRehearsal(file.script, setup);
  const around = { ...options.around, state: rehearsalState(rehearsal) };
  const cast = new Cast(rehearsal, options);
  for (const name of rehearsal.custodians) cast.enter(name);
  const made = new Set<string>();
  const host: CeremonyHost = {
    ...ceremonyHost(rehearsal.vault, around, tool),
    rehearsing: {
      usual: (name, input) => rehearsedAnswer(rehearsal, file.script, name, input),
      async prepare(script) {
        const custodians = await prepareRehearsal(rehearsal, script, setup, made);
        for (const name of custodians) cast.enter(name);
        if (attended) writeMessage(castText(rehearsal, custodians));
      },
    },
  };
  return { rehearsal, host, stage: cast.stage() };
}

/** Where everything of a rehearsal lies, and how to remove it. @param program how it is called in a shell */
export function rehearsedText({ folder, vault, stateHome }: Rehearsal, result: RunResult, program: string): string {
  const prefix = `XDG_STATE_HOME=${shellWord(stateHome)} ${program}`;
  const place = `--vault ${shellWord(vault)}`;
  const there = hasVault({ vault });
  return [
    runText(result),
    "",
    `REHEARSAL: nothing of it is worth anything.${there ? " Look at it as long as you like:" : ""}`,
    ...(there ? [`    ${prefix} status ${place}`, `    ${prefix} audit verify ${place}`] : []),
    ...(result.state === "ended" ? [] : [`    ${prefix} ceremony run --resume ${place}`]),
    "Then remove it:",
    `    rm -r ${shellWord(folder)}`,
  ].join("\n");
}

/** What people must know to play custodians. */
function castText({ folder }: Rehearsal, custodians: readonly string[]): string {
  const share = show(join(folder, "sticks", "NAME.share"), 300);
  if (custodians.length === 0) return "Choose passphrases as short as you like: it is a rehearsal.\n\n";
  return `You play the custodians ${custodians.join(", ")}: each has the share ${share},\nand in this rehearsal the own name as passphrase.\n\n`;
}

/** The custodians of a rehearsal: where their shares are, and what opens them. */
class Cast {
  readonly #rehearsal: Rehearsal;
  readonly #options: RehearseOptions;
  readonly #shares = new Map<string, NamedShareFile>();
  readonly #passphrases = new Map<string, string>();

  constructor(rehearsal: Rehearsal, options: RehearseOptions) {
    this.#rehearsal = rehearsal;
    this.#options = options;
  }

  /** A custodian whose share was made before step 1. */
  enter(name: string): void {
    if (this.#options.attended) return;
    this.#shares.set(name, { name, path: shareFileOf(this.#rehearsal, name) });
    this.#choosePassphrases([name]);
  }

  stage(): Stage {
    const { attended, warn, quiet, transcriptDir, around } = this.#options;
    const keys: ShareKeys = { passphrases: { files: this.#passphrases, warn }, identities: new Map() };
    const options = {
      shares: this.#shares,
      keys,
      newPassphrases: { files: this.#passphrases, warn },
      unsafeWeak: true,
      room: attended,
      quiet: quiet && !attended,
      warn,
      beforeShares: (names: readonly string[]) => this.#choosePassphrases(names),
    };
    const directory = transcriptDir ?? join(this.#rehearsal.folder, "out");
    if (attended) return roomStage({ ...options, transcriptDir: directory });
    const clock = () => timestamp(around.clock()).slice(11, 16);
    return playedStage({ ...options, transcriptDir: directory, clock });
  }

  #choosePassphrases(names: readonly string[]): void {
    if (this.#options.attended) return;
    for (const name of names) this.#passphrases.set(name, passphraseFile(this.#rehearsal, name, false));
  }
}
