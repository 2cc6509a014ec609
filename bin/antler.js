#!/usr/bin/env -S node --single-threaded-gc --max-semi-space-size=4
// Collector threads of three isolates on few cores cost more than they give: measured, a fifth of a pipeline's CPU.
import { main } from "../dist/src/cli/main.js";

await main(process.argv.slice(2));
