import { utf8 } from "../../src/lib/bytes.ts";
import { checkSignatures, readTranscripts } from "../../src/lib/ceremony/read-transcript.ts";
import { signTranscript } from "../../src/lib/ceremony/sign-transcript.ts";
import type { TranscriptContent } from "../../src/lib/ceremony/transcript.ts";
import { generateSigningSeed, publicKeyOf, signingKey } from "../../src/lib/crypto/signature.ts";
import { parseWitnessFile, type Witness, writeWitnessFile } from "../../src/lib/custodian/witness.ts";
import { canonicalFile } from "../../src/lib/json.ts";
import { exportedOf, verifyChainFile } from "./exported.ts";
import { Forger } from "./forgery.ts";
import type { DocumentKind } from "./hostile-documents.ts";
import { contentOf } from "./transcripts.ts";
import type { MadeVault } from "./vault.ts";

/** The kinds of files in which a ceremony is recorded, and who attests it. */
export async function hostileRecords(made: MadeVault): Promise<DocumentKind[]> {
  return [witnessKind(), await transcriptKind(made), await chainKind(made)];
}

function witnessKind(): DocumentKind {
  using seed = generateSigningSeed();
  const key = signingKey(seed);
  const witness: Witness = {
    ...({ type: "witness", version: 1, name: "walter", witnessKey: publicKeyOf(key) } as const),
    ...{ created: "2026-11-24T06:00:00.000Z", rehearsal: true },
  };
  return {
    name: "witness's enrolment",
    bytes: writeWitnessFile(witness, key),
    take: parseWitnessFile,
    codes: ["INPUT_MALFORMED"],
    signed: {
      content: witness,
      again(content) {
        try {
          return writeWitnessFile(content as Witness, key);
        } catch {
          return utf8(JSON.stringify({ enrolment: content, signature: "0".repeat(128) }));
        }
      },
    },
  };
}

async function transcriptKind(made: MadeVault): Promise<DocumentKind> {
  const { hostKey } = new Forger(made);
  const content = await contentOf(made, 1);
  return {
    name: "transcript",
    bytes: utf8(signTranscript(content, hostKey)),
    take: (bytes) => checkSignatures(readTranscripts([{ path: "a.transcript", bytes }])),
    codes: ["INTEGRITY"],
    signed: {
      content,
      again(said) {
        try {
          return utf8(signTranscript(said as TranscriptContent, hostKey));
        } catch {
          return canonicalFile("no transcript");
        }
      },
    },
  };
}

async function chainKind(made: MadeVault): Promise<DocumentKind> {
  return {
    name: "exported chain",
    bytes: await exportedOf(made),
    take: (bytes) => verifyChainFile(made, bytes),
    codes: ["INTEGRITY", "INPUT_MALFORMED"],
  };
}
