import { isConclaveError } from "../../src/lib/errors.ts";
import type { Algorithm } from "../../src/lib/key/algorithm.ts";
import { type KeyFormat, readKeyFile } from "../../src/lib/key/key-file.ts";

/** What becomes of a key that is brought: `CODE: why` it is refused, or what it was taken as. */
export async function refusal(bytes: Uint8Array, format?: KeyFormat, algorithm?: Algorithm): Promise<string> {
  try {
    const { key } = await readKeyFile(bytes, { format, algorithm, kid: undefined, passphrase: async () => "none" });
    return `taken as ${key.algorithm}`;
  } catch (error) {
    if (isConclaveError(error))
      return `${error.code}: ${error.message.replace(/^(the key is refused|no key that can be imported): /, "")}`;
    throw error;
  }
}
