import { fromBase64, fromHex, utf8 } from "../bytes.ts";
import { ConclaveError } from "../errors.ts";
import { isWrappingKey } from "../key/wrapping-key.ts";
import type { PlannedAction } from "../quorum/action.ts";
import type { GivenStreams } from "../vault/unlocked.ts";
import { encoded, type OutputFlags } from "./made-output.ts";
import { fileOf } from "./stream-output.ts";

/** What goes to the file that `--out` names: the action makes it, or it is made of what the action tells. */
function makes({ action, parameters }: PlannedAction): boolean {
  switch (action) {
    case "key.encrypt":
    case "key.decrypt":
    case "key.export":
    case "key.sign":
    case "key.mac":
      return true;
    case "key.create":
      return isWrappingKey(parameters);
    default:
      return false;
  }
}

/**
 * Where what a plan makes goes, as `plan execute` is told.
 * @throws ConclaveError USAGE: it makes no file, or more than one; standard output
 */
export function planDestination(actions: readonly PlannedAction[], { out, encoding }: OutputFlags): GivenStreams {
  if (out === undefined) return {};
  const count = actions.filter(makes).length;
  if (count === 0) throw new ConclaveError("USAGE", "--out: the plan makes no file");
  if (count > 1) throw new ConclaveError("USAGE", `--out: the plan makes ${count} files, and one can be named`);
  const file = fileOf(out);
  if (file === undefined)
    throw new ConclaveError("USAGE", "--out -: standard output has what the command tells", {
      suggestions: ["Give --out FILE"],
    });
  return {
    destination: { file },
    toldOutput: ({ signature, mac, publicKey }) => {
      if (typeof signature === "string") return encoded(fromBase64(signature), { encoding });
      if (typeof mac === "string") return encoded(fromHex(mac), { encoding });
      return typeof publicKey === "string" ? utf8(publicKey) : undefined;
    },
  };
}
