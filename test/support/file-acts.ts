import { utf8 } from "../../src/lib/bytes.ts";
import { timestamp } from "../../src/lib/clock.ts";
import { randomSecret } from "../../src/lib/crypto/random.ts";
import { StagedFile } from "../../src/lib/host/staged-file.ts";
import { type AssociatedData, describeAssociatedData } from "../../src/lib/key/associated-data.ts";
import { encryptToPublicKey } from "../../src/lib/key/encrypt-to-public-key.ts";
import { readEncryptedHead } from "../../src/lib/key/encrypted-file.ts";
import { findVersion, planDecrypt, planEncrypt, type VersionRequest } from "../../src/lib/key/plan-use.ts";
import { describePublic, describeSecret, fileInput } from "../../src/lib/key/stream-input.ts";
import { requireUsable } from "../../src/lib/key/use.ts";
import type { Executed } from "../../src/lib/quorum/execute-approved.ts";
import type { GivenStreams } from "../../src/lib/vault/unlocked.ts";
import type { MadeVault } from "./vault.ts";

/** What else somebody asks for. */
export interface FileRequest {
  version?: number;
  associatedData?: string;
  acceptCompromised?: boolean;
  /** The key that opens the file, if it isn't that which its head names. */
  key?: VersionRequest;
  /** Done between planning and executing. */
  meanwhile?: () => Promise<void>;
}

/** What `key encrypt KEY --in FROM --out TO` does, by names of files in the vault's workspace. */
export function encrypt(
  made: MadeVault,
  key: string,
  from: string,
  to: string,
  request: FileRequest = {},
): Promise<Executed> {
  return use(made, from, to, request, async (vault, input, streams) =>
    planEncrypt(vault.reader, {
      key,
      version: request.version,
      input: await describeSecret(from, input, streams),
      associatedData: dataOf(request),
    }),
  );
}

/** What `key decrypt --in FROM --out TO` does. */
export function decrypt(made: MadeVault, from: string, to: string, request: FileRequest = {}): Promise<Executed> {
  return use(made, from, to, request, async (vault, input, streams) => {
    const { head } = await readEncryptedHead(input, from);
    const { key, acceptCompromised = false } = request;
    const described = await describePublic(from, input, streams);
    return planDecrypt(vault.reader, head, {
      key,
      input: described,
      associatedData: dataOf(request),
      acceptCompromised,
    });
  });
}

/** What `key encrypt KEY --in FROM --out TO` does with a key that has a public half. */
export async function encryptToPublicHalf(made: MadeVault, key: string, from: string, to: string): Promise<void> {
  await using vault = await made.open();
  const found = await findVersion(vault.reader, { key, version: undefined });
  const usable = await requireUsable(vault.reader, found.key, found.version, "encrypt", timestamp(vault.clock()));
  await using output = new StagedFile(made.place.file(to));
  await encryptToPublicKey(vault.identity.id, usable, fileInput(made.place.file(from)), undefined, output, undefined);
  await output.publish();
}

type Plan = (
  vault: Awaited<ReturnType<MadeVault["open"]>>,
  input: ReturnType<typeof fileInput>,
  streams: GivenStreams,
) => ReturnType<typeof planEncrypt>;

async function use(made: MadeVault, from: string, to: string, request: FileRequest, plan: Plan): Promise<Executed> {
  using inputKey = randomSecret(32);
  made.surroundings.inputs = [made.place.file(from)];
  const streams: GivenStreams = { inputKey, destination: { file: made.place.file(to) } };
  made.surroundings.streams = streams;
  try {
    return await made.perform(async (vault) => {
      const planned = await plan(vault, fileInput(made.place.file(from)), streams);
      await request.meanwhile?.();
      return [planned];
    });
  } finally {
    made.surroundings.inputs = [];
    made.surroundings.streams = undefined;
  }
}

function dataOf({ associatedData }: FileRequest): AssociatedData {
  return associatedData === undefined ? null : describeAssociatedData(associatedData, utf8(associatedData));
}
