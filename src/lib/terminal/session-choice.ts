import { ConclaveError } from "../errors.ts";
import { userName } from "../host/user.ts";
import type { SessionChoice } from "../quorum/session.ts";
import { newPassphrase } from "./new-passphrase.ts";
import { readPassphraseFile } from "./passphrase-file.ts";
import { hasTerminal } from "./prompt.ts";
import { askPassphrase } from "./secret-prompt.ts";
import type { SensitiveFlags } from "./sensitive-flags.ts";

/**
 * How the session of a new plan is to be kept, by flags or by asking.
 * @param weak whether a weak passphrase will do: in a rehearsal
 * @throws ConclaveError USAGE without a terminal, PASSPHRASE_WEAK
 */
export async function chooseSession(
  flags: Pick<SensitiveFlags, "plain-session" | "session-passphrase-file">,
  weak: boolean,
  warn: (message: string) => void,
): Promise<SessionChoice> {
  if (flags["plain-session"]) return { kept: "plain" };
  const file = flags["session-passphrase-file"];
  if (file === undefined && !hasTerminal()) {
    throw new ConclaveError("USAGE", "how is the session of the plan to be kept?", {
      suggestions: ["Give --session-passphrase-file FILE", "Give --plain-session, if this host is guarded otherwise"],
    });
  }
  const passphrase = await newPassphrase({
    name: userName(),
    seals: "plan's session",
    file,
    flag: "--session-passphrase-file FILE",
    weak,
    context: [],
    quiet: false,
    warn,
  });
  return { kept: "sealed", passphrase };
}

/** The passphrase that seals a kept session, from the file or by asking. */
export async function sessionPassphrase(file: string | undefined, warn: (message: string) => void): Promise<string> {
  if (file !== undefined) return readPassphraseFile(file, warn);
  return askPassphrase("Passphrase of this plan's session", "--session-passphrase-file FILE");
}
