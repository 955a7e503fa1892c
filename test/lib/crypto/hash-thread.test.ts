import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { utf8 } from "../../../src/lib/bytes.ts";
import { explainThread, HashThread, PIECE_BYTES } from "../../../src/lib/crypto/hash-thread.ts";

const MIB = 1024 * 1024;
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

test("SHA-256 of nothing, and of FIPS 180-4's abc", async () => {
  expect(await digestOf([])).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  expect(await digestOf([utf8("a"), utf8(""), utf8("bc")])).toBe(
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  );
});

test("parts of any size, of more bytes than the threads share; they may be overwritten at once", async () => {
  const bytes = randomBytes(11 * MIB + 3);
  const cuts = [0, 1, 5, MIB, 2 * MIB + 5, 9 * MIB, 9 * MIB + 1, bytes.length];
  await using thread = new HashThread();
  for (const [i, cut] of cuts.entries()) {
    const part = Uint8Array.from(bytes.subarray(cuts[i - 1] ?? 0, cut));
    await thread.update([part]);
    part.fill(0);
  }
  expect(await thread.digest()).toBe(sha256(bytes));
});

test("pieces alone, as many as the thread takes, beside all together: each its own digest", async () => {
  await using thread = new HashThread();
  const piece = new Uint8Array(PIECE_BYTES);
  expect(thread.tryHash(piece)).toBeUndefined(); // it isn't there yet
  await started(thread);
  const taken: Promise<string>[] = [];
  const pieces: Uint8Array[] = [];
  for (let answer = thread.tryHash(piece); answer !== undefined; answer = thread.tryHash(piece)) {
    taken.push(answer);
    pieces.push(Uint8Array.from(piece));
    piece.fill(taken.length, 0, 10 * taken.length); // it was copied
  }
  expect(taken).toHaveLength(4);
  expect(await Promise.all(taken)).toEqual(pieces.map(sha256));
  await thread.update([utf8("a")]);
  expect(await thread.digest()).toBe(sha256(utf8("a")));
});

test("a thread that fails refuses what was asked and what is asked, and doesn't hold anybody", async () => {
  const thread = new HashThread();
  await started(thread);
  const asked = thread.tryHash(new Uint8Array(3));
  await thread[Symbol.asyncDispose]();
  await expect(asked).rejects.toThrow("the thread that hashes ended");
  await expect(thread.digest()).rejects.toThrow("the thread that hashes ended");
});

test("what isn't waited for to its end doesn't hold the process", async () => {
  await using thread = new HashThread();
  await thread.update([new Uint8Array(3 * MIB)]);
});

async function digestOf(parts: readonly Uint8Array[]): Promise<string> {
  await using thread = new HashThread();
  await thread.update(parts);
  return await thread.digest();
}

/** Wait until it takes pieces. */
async function started(thread: HashThread): Promise<void> {
  for (;;) {
    const answer = thread.tryHash(utf8("?"));
    if (answer !== undefined) return void (await answer);
    await delay(1);
  }
}

test("H8: a host that has no thread or memory to give is told of, with what to do (15); any other error as it is", async () => {
  const worker = new Worker("const all = []; for (;;) all.push(new Array(1e5).fill(all));", {
    eval: true,
    resourceLimits: { maxOldGenerationSizeMb: 8 },
  });
  const [error] = await once(worker, "error");
  expect(explainThread(error)).toMatchObject({
    code: "HOST_IO",
    message: "the host did not let a second thread of this process run (ERR_WORKER_OUT_OF_MEMORY)",
    suggestions: [expect.stringContaining("pids.max")],
  });
  const bug = new TypeError("not the host");
  expect(explainThread(bug)).toBe(bug);
});
