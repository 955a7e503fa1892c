import { resolve } from "node:path";
import type { CeremonyHost } from "../ceremony/ceremony.ts";
import { nextStep } from "../ceremony/progress.ts";
import type { RunResult } from "../ceremony/run.ts";
import type { RunLog } from "../ceremony/run-log.ts";
import type { Stage } from "../ceremony/stage.ts";
import { type Clock, timestamp } from "../clock.ts";
import { ConclaveError } from "../errors.ts";
import { hasVault } from "../vault/read-only.ts";
import { openVault } from "../vault/vault.ts";
import { show } from "./escape.ts";
import { fields } from "./fields.ts";
import { parseNamed } from "./named-files.ts";
import { playedStage } from "./played-stage.ts";
import { askChoice, hasTerminal } from "./prompt.ts";
import { roomStage } from "./room-stage.ts";
import type { ShareFlags } from "./sensitive-flags.ts";
import { assertKeysGiven, parseShareFile, shareKeys } from "./share-file.ts";

interface StageFlags extends ShareFlags {
  yes: boolean;
  "new-passphrase-file": string[];
  "unsafe-weak-passphrase": boolean;
  "transcript-dir": string | undefined;
}

/** Who takes part, as the flags say: people on the terminal, or with `--yes` files at hand. @throws ConclaveError USAGE */
export function stageByFlags(
  flags: StageFlags,
  { quiet, warn, clock }: { quiet: boolean; warn: (message: string) => void; clock: Clock },
): Stage {
  const files = flags.share.map((value) => parseShareFile(value));
  const keys = shareKeys(flags, warn);
  const options = {
    shares: new Map(files.map((file) => [file.name, file])),
    keys,
    newPassphrases: {
      files: new Map([...keys.passphrases.files, ...parseNamed(flags["new-passphrase-file"], "--new-passphrase-file")]),
      warn,
    },
    unsafeWeak: flags["unsafe-weak-passphrase"],
    quiet: flags.yes && quiet,
    warn,
  };
  if (!flags.yes) {
    if (!hasTerminal())
      throw new ConclaveError("USAGE", "a ceremony needs a terminal: people tick each step", {
        suggestions: ["Run it on a terminal", "Rehearse it without people: conclave ceremony rehearse --unattended"],
      });
    return roomStage({ ...options, room: true, transcriptDir: flags["transcript-dir"] });
  }
  assertKeysGiven(files, keys);
  const played = { transcriptDir: flags["transcript-dir"] ?? "." };
  return playedStage({ ...options, ...played, room: false, clock: () => timestamp(clock()).slice(11, 16) });
}

/** Whether the vault is one of rehearsal. */
export async function isRehearsalVault({ vault: path, around }: CeremonyHost): Promise<boolean> {
  if (!hasVault({ vault: path })) return false;
  await using vault = await openVault(path, around);
  return vault.identity.rehearsal === 1;
}

/**
 * Which run to go on with: the one that is meant, or on a terminal the one that people choose.
 * @returns path of its log; undefined: begin anew
 * @throws ConclaveError NOT_FOUND, USAGE: none, or several
 */
export async function chooseRun(
  unfinished: readonly RunLog[],
  { resume, script, note }: { resume: boolean; script: string | undefined; note: (text: string) => void },
): Promise<string | undefined> {
  const meant = unfinished.filter(({ start }) => !resume || script === undefined || isMeant(start, script));
  const [only, ...others] = meant;
  if (only === undefined) {
    if (!resume) return undefined;
    throw new ConclaveError("NOT_FOUND", "no run of this vault is to be gone on with", {
      suggestions: ["Begin one: conclave ceremony run NAME", "Name the vault with --vault"],
    });
  }
  if (resume && others.length === 0) return only.path;
  if (!hasTerminal()) {
    const names = meant.map(({ start }) => `${start.ceremony} ${start.run}`).join(", ");
    if (!resume) note(`not ended: ${names}; conclave ceremony run --resume goes on`);
    if (!resume) return undefined;
    throw new ConclaveError("USAGE", `which run? ${names}`, { suggestions: ["Name it: ceremony run RUN --resume"] });
  }
  return askChoice(
    "A ceremony of this vault was not ended. Go on with it?",
    [
      ...meant.map((log) => [runLine(log), log.path] as const),
      ...(resume ? [] : [["none: begin a new one", undefined] as const]),
    ],
    "--resume",
  );
}

/** What came of a run this time. */
export function runText(result: RunResult): string {
  if (result.state !== "ended") {
    const where = `step ${result.step + 1} of ${result.of}`;
    const waits = result.state === "waiting" ? "waits for people elsewhere" : "paused";
    return `Ceremony ${waits} at ${where}. Go on: conclave ceremony run --resume`;
  }
  const { outcome, transcript, sha256, entry, unsigned, changed } = result.end;
  return fields([
    ["Ceremony", outcome === "unproven" ? "UNPROVEN: no restore was proved of what it made" : outcome],
    ...changed.map(({ label, value }): [string, string] => [label, value]),
    ...(transcript === null ? [] : [["Transcript", resolve(transcript)] as [string, string]]),
    ...(sha256 === null ? [] : [["SHA-256", sha256] as [string, string]]),
    ...(entry === null ? [] : [["Entry", `${entry} ceremony.end`] as [string, string]]),
    ...(unsigned.length === 0
      ? []
      : [["Still to sign", `${unsigned.join(", ")}: conclave transcript sign`] as [string, string]]),
  ]);
}

function isMeant({ run, ceremony }: RunLog["start"], script: string): boolean {
  return ceremony === script || (script.length >= 8 && run.startsWith(script));
}

function runLine(log: RunLog): string {
  const { ceremony, run } = log.start;
  const begun = log.events[0]?.time.slice(0, 16).replace("T", " ") ?? "";
  const step = nextStep(log, Number.MAX_SAFE_INTEGER) + 1;
  return show(`${ceremony}, begun ${begun}, at step ${step} (run ${run.slice(0, 8)})`);
}
