import { randomSecret } from "../crypto/random.ts";
import type { Rereadable } from "../host/byte-source.ts";
import { describeMessage, type MessageReference } from "../key/message.ts";
import type { PlannedAction } from "../quorum/action.ts";
import type { Reader } from "../storage/storage.ts";
import type { GivenStreams } from "../vault/unlocked.ts";
import type { Vault } from "../vault/vault.ts";
import { assertOutput, encoded, type OutputFlags, printMade } from "./made-output.ts";
import { readMessage } from "./message-input.ts";
import { progressBar } from "./progress.ts";
import { type DryRun, type PlanWritten, SensitiveCommand } from "./sensitive-command.ts";
import type { SensitiveFlags } from "./sensitive-flags.ts";
import { readStream } from "./stream-input.ts";
import { assertStreamOutput, fileOf, streamDestination } from "./stream-output.ts";

/** What every use of a key tells of itself. */
export interface Used {
  plan: string;
  entries: number[];
  key: string;
  version: number;
}

/** What of an act is told. */
type Told = Readonly<Record<string, unknown>>;

type Flags = SensitiveFlags & { vault: string; "lock-timeout": number; in: string };

/** Milliseconds before a progress bar is shown. */
const PATIENCE = 1000;

/** A command by which a quorum uses a key on something that somebody gives: one act, of which is told what it made. */
export abstract class UseCommand extends SensitiveCommand {
  /**
   * Make some bytes of a message: a signature, a MAC.
   * @param made what of the told is the result, and the bytes
   */
  protected async useOnMessage<R>(
    flags: Flags & OutputFlags,
    plan: (reader: Reader, message: MessageReference, bytes: Uint8Array) => Promise<PlannedAction>,
    made: (told: Told) => { bytes: Uint8Array; result: R },
  ): Promise<(Used & R) | DryRun | PlanWritten> {
    assertOutput(flags, this.jsonEnabled());
    const message = readMessage(flags.in);
    const file = fileOf(flags.out);
    const streams: GivenStreams =
      file === undefined ? {} : { destination: { file }, toldOutput: (told) => encoded(made(told).bytes, flags) };
    return await this.withVault(
      flags,
      async (vault) => {
        const { name, bytes: given } = message;
        const planned = await plan(vault.reader, describeMessage(name, given), given);
        const done = await this.#use(vault, flags, planned);
        if (!("told" in done)) return done;
        const { bytes, result } = made(done.told);
        if (file === undefined) printMade(bytes, flags, (text) => this.result(text));
        return { ...done.used, ...result };
      },
      { ...message, streams },
    );
  }

  /**
   * Make a file of a file, of any size.
   * @param plan what is planned, or what was done already, since it needs no quorum
   */
  protected async useOnFile<R, D = never>(
    flags: Flags & { out: string | undefined },
    plan: (vault: Vault, given: GivenFile) => Promise<PlannedAction | { result: D }>,
    made: (told: Told) => R,
  ): Promise<(Used & R) | D | DryRun | PlanWritten> {
    const here = !flags["dry-run"] && flags["plan-out"] === undefined;
    if (here || flags.out !== undefined) assertStreamOutput(flags.out, this.jsonEnabled());
    using inputKey = randomSecret(32);
    const streams: GivenStreams = { inputKey };
    return await this.withVault(
      flags,
      async (vault) => {
        using given = await readStream(flags.in, vault.path);
        streams.spool = given.spool;
        streams.destination = streamDestination(flags.out, vault.path);
        const { name, input } = given;
        const planned = await plan(vault, { name, input, streams, reading: progressBar(`reading ${name}`, PATIENCE) });
        if ("result" in planned) return planned.result;
        const done = await this.#use(vault, flags, planned);
        return "told" in done ? { ...done.used, ...made(done.told) } : done;
      },
      { inputs: flags.in === "-" ? [] : [flags.in], streams },
    );
  }

  async #use(
    vault: Vault,
    flags: SensitiveFlags,
    planned: PlannedAction,
  ): Promise<{ used: Used; told: Told } | DryRun | PlanWritten> {
    const done = await this.perform(vault, flags, [planned]);
    if (!("effects" in done)) return done;
    const told = done.effects[0]?.data ?? {};
    const { plan, entries } = done;
    return { used: { plan, entries, key: String(told["key"]), version: Number(told["version"]) }, told };
  }
}

/** An input that may be read several times, and what is given to the act beside it. */
export interface GivenFile {
  name: string;
  input: Rereadable;
  streams: GivenStreams;
  /** Told of how far reading has come. */
  reading: (done: number, total: number) => void;
}
