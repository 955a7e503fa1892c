import { z } from "zod";
import { ALGORITHM_NAMES, USAGES } from "../key/algorithm.ts";
import { LIMITS } from "../limits.ts";

const textValue = z.string().min(1).max(LIMITS.proseLength);

/** What a script says of a new key, in the words of the flags. */
export const newKeyValues = {
  name: textValue,
  keyring: textValue.default("default"),
  algorithm: z.enum(ALGORITHM_NAMES),
  usages: z.union([z.literal("default"), z.array(z.enum(USAGES)).min(1).max(USAGES.length)]).default("default"),
  /** `NAME=VALUE` each. */
  tags: z.array(textValue).max(LIMITS.tags).default([]),
  /** `90d`, `1y`, or `none`. */
  cryptoperiod: textValue.default("none"),
  exportable: z.boolean().default(false),
};
