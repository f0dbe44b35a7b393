import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** Core, templates and infrastructure: no engine starts for them. */
const unit = ["tests/{core,vtl,infra}/**/*.test.ts"];

/** What needs a process of its own: it evaluates the program, or sets the telemetry up when it loads it. */
const alone = [
  "tests/whole-path/*.test.ts",
  "examples/*/tests/whole-path.test.ts",
  "tests/lambda/{functions,projector,rebuilder,telemetry}.test.ts",
];

export default defineConfig({
  test: {
    // One more than there are cores, for the tests of the whole path wait for their engines.
    maxWorkers: availableParallelism() + 1,
    // Pulumi's runtime does not start in worker threads.
    pool: "forks",
    // Templates are read, not imported.
    watchTriggerPatterns: [
      { pattern: /\.(vtl|graphql)$/, testsToRun: () => ["tests/vtl", "tests/infra"] },
    ],
    projects: [
      // The longest files come first.
      { extends: true, test: { name: "alone", include: alone } },
      {
        extends: true,
        test: {
          name: "engines",
          include: ["{packages/*/tests,tests,examples/*/tests}/**/*.test.ts"],
          exclude: [...unit, ...alone],
          // Loading Pulumi and the SDK takes longer than most tests do: the files of a worker share them.
          isolate: false,
        },
      },
      { extends: true, test: { name: "unit", include: unit, isolate: false } },
    ],
    // The SDK warns whoever runs it on Node.js 20, which is as new as this project asks for.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
    // Engines start and streams are polled: generous bounds, which nothing waits for.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
