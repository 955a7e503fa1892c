// Without static imports or new syntax: a Node.js that is too old must get far enough to be told so.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 24 || (major === 24 && minor < 15)) {
  process.stderr.write(`error: Node.js 24.15 or newer is needed, this is ${process.version} (${process.execPath})\n`);
  process.exit(15);
}

void import("./start.js").then(({ start }) => start({ compiled: true }));
