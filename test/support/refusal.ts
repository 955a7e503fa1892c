import { ConclaveError } from "../../src/lib/errors.ts";

/** What an act is refused with; "accepted" if it isn't. Any other error is thrown on. */
export async function refusalOf(
  act: Promise<unknown> | (() => unknown),
): Promise<{ code: string; message: string } | "accepted"> {
  try {
    await (typeof act === "function" ? act() : act);
  } catch (error) {
    if (error instanceof ConclaveError) return { code: error.code, message: error.message };
    throw error;
  }
  return "accepted";
}
