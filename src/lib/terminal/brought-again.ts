import { ConclaveError, isConclaveError } from "../errors.ts";
import { type KeyImportParameters, keyImport } from "../key/import.ts";
import { sessionCommitmentKey } from "../key/import-commitment.ts";
import { keyImportVersion } from "../key/import-version.ts";
import type { SecretSource } from "../quorum/execute.ts";
import type { Plan } from "../quorum/plan.ts";
import type { Secret } from "../secret.ts";
import { readBroughtFile } from "./brought-file.ts";

/** What brings a key. */
const IMPORTS = [keyImport, keyImportVersion] as const;

/** How the keys of a plan come again, when it is executed. */
export interface BroughtAgain {
  /** Files that were named. */
  inputs: readonly string[];
  /** Identity of the plan's session. */
  identity: () => Promise<string>;
  keyPassphraseFile: string | undefined;
  warn: (message: string) => void;
  /** Gets what is to be disposed of. */
  owned: DisposableStack;
}

/**
 * What reads the keys again that a plan commits to; undefined if there are none.
 * @throws ConclaveError USAGE what isn't a key comes through a pipe: it may be read twice, and looked for among several
 */
export function broughtAgain(plan: Plan, options: BroughtAgain): SecretSource | undefined {
  const imports = plan.actions.flatMap(({ action, parameters }) => {
    const { data } = IMPORTS.find(({ name }) => name === action)?.parameters.safeParse(parameters) ?? {};
    return data?.source.from === "file" ? [data] : [];
  });
  if (imports.length === 0) {
    if (!options.inputs.includes("-")) return undefined;
    throw new ConclaveError("USAGE", "--in -: through a pipe comes only a key that the plan imports", {
      suggestions: ["Give a file: --in FILE"],
    });
  }
  return async () => {
    const commitmentKey = options.owned.use(sessionCommitmentKey(await options.identity()));
    const materials: Secret[] = [];
    for (const wanted of imports) materials.push(...(await readAll(wanted, options)));
    return { commitmentKey, materials };
  };
}

/** What of the files can be such a key. @throws ConclaveError why the last of them can't, if none can */
async function readAll(
  { algorithm, source }: Pick<KeyImportParameters, "algorithm" | "source">,
  { inputs, keyPassphraseFile, warn, owned }: BroughtAgain,
): Promise<Secret[]> {
  if (source.from !== "file") return [];
  if (inputs.length === 0) {
    throw new ConclaveError("USAGE", `the plan imports ${source.name}, which was not given`, {
      suggestions: ["Give the file as it was when the plan was made: --in FILE"],
    });
  }
  const reading = { format: source.format, algorithm, kid: source.kid ?? undefined };
  const materials: Secret[] = [];
  let problem: unknown;
  for (const path of inputs) {
    try {
      const { key } = await readBroughtFile(path, reading, keyPassphraseFile, warn);
      materials.push(owned.use(key.material));
    } catch (error) {
      if (!isConclaveError(error) || error.code === "ABORTED") throw error;
      problem = error; // another file may be the one
    }
  }
  if (materials.length === 0) throw problem;
  return materials;
}
