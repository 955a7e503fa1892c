import { readFileSync } from "node:fs";
import { isConclaveError } from "../../src/lib/errors.ts";
import { openWithPassphrase, sealToPassphrase } from "../../src/lib/share/sealed-file.ts";
import { filesIn } from "./canonical-state.ts";
import type { MutatingCommand, Stage } from "./mutating-commands.ts";
import { shareText } from "./share-text.ts";
import type { Workspace } from "./workspace.ts";

const PASSPHRASES = ["--passphrase-file", "bob=old.pass", "--new-passphrase-file", "bob=new.pass"];
const PROTECT = ["share", "protect", "desk/bob.share", ...PASSPHRASES];

/** Commands of a custodian's own desk that change what is there. */
export const DESK_COMMANDS: readonly MutatingCommand[] = [
  {
    name: "share protect",
    prepare: async (place) => {
      using text = shareText({ custodianSeed: 5 });
      await place.write("old.pass", "old\n");
      await place.write("new.pass", "new\n");
      await place.write("desk/bob.share", await sealToPassphrase(text, "old", 1));
    },
    args: PROTECT,
    status: 0,
    announces: true,
    stage: async (_found, _before, place) => stageOfShare(place),
    next: { args: PROTECT, status: { before: 0, after: 11 } },
  },
];

/** Which passphrase opens the share, that is whole. What a killed process left beside it, the next one removes. */
async function stageOfShare(place: Workspace): Promise<Stage> {
  if (!(await opens(place, "new"))) {
    if (await opens(place, "old")) return "before";
    throw new Error("neither passphrase opens the share");
  }
  const files = filesIn(place.file("desk"));
  if (files.length > 1) throw new Error(`left behind: ${files.join(", ")}`);
  return "after";
}

async function opens(place: Workspace, passphrase: string): Promise<boolean> {
  using wanted = shareText({ custodianSeed: 5 });
  try {
    using text = await openWithPassphrase(Uint8Array.from(readFileSync(place.file("desk/bob.share"))), passphrase);
    if (Buffer.compare(text.reveal(), wanted.reveal()) !== 0) throw new Error("another text");
    return true;
  } catch (error) {
    if (isConclaveError(error, "SHARE_PASSPHRASE")) return false;
    throw error;
  }
}
