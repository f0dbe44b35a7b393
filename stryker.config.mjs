// Changes the core and the adapters line by line, and runs the tests that reach the line: a change that no test notices is a survivor.
// docs/reliability.md judges those that are left.
export default {
  mutate: ["core/**/*.ts", "lambda/adapters/**/*.ts"],
  testRunner: "vitest",
  vitest: { configFile: "tests/mutation.config.mts" },
  coverageAnalysis: "perTest",
  // What runs once at loading cannot be changed between two tests.
  ignoreStatic: true,
  // Texts for people may be changed without harm.
  mutator: { excludedMutations: ["StringLiteral"] },
  reporters: ["clear-text", "progress"],
  clearTextReporter: { logTests: false, reportTests: false, allowColor: false },
  tempDirName: ".mutation",
  // A change may make a loop endless.
  timeoutMS: 20_000,
};
