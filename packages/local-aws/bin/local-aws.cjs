#!/usr/bin/env node
// Node.js runs this file as it is; everything after it, and the program, is TypeScript.
require("tsx/cjs/api").register();
require("../src/main.ts").main(process.argv.slice(2));
