#!/usr/bin/env -S node --disable-sigusr1
// conclave from its sources, whatever is in dist.
import { start } from "./start.js";

await start({ compiled: false });
