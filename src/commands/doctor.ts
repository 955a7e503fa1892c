import { resolve } from "node:path";
import * as Flags from "@oclif/core/flags";
import { CHECKS } from "../lib/catalogue.ts";
import { systemClock } from "../lib/clock.ts";
import { stateDirectory } from "../lib/host/anchor.ts";
import { type Examination, examine } from "../lib/host/check.ts";
import { describeNode } from "../lib/host/node-program.ts";
import { ConclaveCommand } from "../lib/terminal/base-command.ts";
import { examinationText } from "../lib/terminal/examination-text.ts";
import { vaultFlag } from "../lib/terminal/flags.ts";

/** In seconds. An act in progress is no reason to wait long: what it holds is said not to be checked. */
const SHORT_WAIT = 2;
const LONGEST_WAIT = 600;

export default class Doctor extends ConclaveCommand {
  static override summary = "Look at the host before a ceremony: go or no-go, with the command that mends each finding";
  static override description =
    "Modes and owners, filesystems and space, swap, core dumps, debuggers, the clock, Node.js and SQLite; and of a vault, if there is one: its database, its anchor on this machine, its last time. Changes nothing, needs no quorum. NO GO ends with 15; warnings are for people to decide on.";
  static override examples = [
    "<%= config.bin %> <%= command.id %>",
    {
      description: "For a monitoring system",
      command: "<%= config.bin %> <%= command.id %> --vault /srv/conclave/vault --json",
    },
  ];
  static override flags = {
    ...vaultFlag,
    "lock-timeout": Flags.integer({
      summary: "how long to wait for another process that holds the vault",
      helpValue: "SECONDS",
      min: 0,
      max: LONGEST_WAIT,
      default: SHORT_WAIT,
    }),
  };

  async run(): Promise<Examination> {
    const { flags } = await this.parse(Doctor);
    const examination = await examine(CHECKS, {
      vault: resolve(flags.vault),
      state: stateDirectory(),
      clock: systemClock,
      lockTimeoutMs: flags["lock-timeout"] * 1000,
      kernel: "/proc",
      environment: process.env,
      flags: process.execArgv,
      node: await describeNode(),
      timedatectl: "/usr/bin/timedatectl",
    });
    this.result(examinationText(examination));
    if (!examination.go) this.endAs("HOST_PREFLIGHT");
    return examination;
  }
}
