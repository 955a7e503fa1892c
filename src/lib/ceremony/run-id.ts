import { z } from "zod";

/** Id of a run, and of a plan: 128 random bits. */
export const runIdSchema = z.string().regex(/^[0-9a-f]{32}$/, "must be 32 lower-case hexadecimal digits");
