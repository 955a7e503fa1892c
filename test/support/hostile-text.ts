/** Control sequences in every place of a name, and every kind of invisible character. */
export function hostilePayloads(): string[] {
  const sequences = [
    ..."[2J [1A [999D [31m [?1049h ]0;title\u0007 ]8;;http://x\u0007link ]52;c;AAAA\u0007 P+q\u001b\\ c 7 8 (0 _x\u001b\\ ^x\u001b\\ X\u001b\\"
      .split(" ")
      .map((sequence) => `\u001b${sequence}`),
    "\u009b2J",
    "\u009d0;t\u009c",
    "\u0090q\u009c",
    "ok\rerased",
    "ok\u0008\u0008no",
    "two\nlines",
    "\u0000",
    "y".repeat(1_000_000),
  ];
  const invisible = [
    ...range(0x00, 0x1f),
    ...range(0x7f, 0x9f),
    ...range(0x200b, 0x200f),
    ...range(0x202a, 0x202e),
    ...range(0x2060, 0x206f),
    ...range(0xe0000, 0xe007f),
    ...range(0xfff9, 0xfffb),
    ...range(0xfdd0, 0xfdef),
    0x061c,
    0xfeff,
    0xfffe,
    0x10ffff,
  ].map((point) => `pay${String.fromCodePoint(point)}roll`);
  return [...sequences.flatMap((text) => [text, `key-${text}`, `${text}-key`]), ...invisible];
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
