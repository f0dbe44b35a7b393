import WebSocket from "ws";
import { useStack } from "./amplify-client";

// Runs the front end in a process of its own, which trusts the stack's certificate. It gets its settings as JSON in its
// first argument, and prints what it has seen as JSON.

// Browsers have one; Node.js has it from version 22 on.
Object.assign(globalThis, { WebSocket });

useStack(JSON.parse(process.argv[2] ?? "{}")).then(
  (seen) => {
    process.stdout.write(JSON.stringify(seen));
    process.exit(0);
  },
  (error: unknown) => {
    process.stderr.write(`${JSON.stringify(error)} ${String(error)}\n`);
    process.exit(1);
  },
);
