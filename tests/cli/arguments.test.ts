import { describe, expect, it } from "vitest";
import { commands, readArguments } from "../../cli/arguments";

describe("the arguments", () => {
  it("choose a command and its options", () => {
    const read = readArguments(["rebuild", "--all", "--stack", "dev", "--local", "--json"]);

    expect(read).toEqual({
      command: commands.rebuild,
      values: { all: true, stack: "dev", local: true, json: true },
    });
  });

  it("ask for help, on the whole or on one command", () => {
    const whole = readArguments(["--help"]);

    for (const [name, { summary, usage }] of Object.entries(commands)) {
      expect(whole).toMatchObject({ help: expect.stringContaining(summary) });
      const help = readArguments([name, "-h"]);
      expect(help).toMatchObject({ help: expect.stringContaining(usage) });
      expect(usage).toContain(name);
      for (const option of Object.keys(commands[name]?.options ?? {})) {
        expect(help).toMatchObject({ help: expect.stringContaining(`--${option}`) });
      }
    }
  });

  it.each([
    [[], "which command? See `npm run ledger -- --help`."],
    [["mend"], 'there is no command "mend". See `npm run ledger -- --help`.'],
    [["toString"], 'there is no command "toString"'],
    [["verify"], "which stack? --stack NAME for a deployed one, or --local"],
    [
      ["verify", "--local", "--fast"],
      "Unknown option '--fast'. See `npm run ledger -- verify --help`.",
    ],
    [["verify", "--local", "savings"], "Unexpected argument 'savings'"],
    [["rebuild", "--local"], "say which: --account ID or --all"],
    [["rebuild", "--local", "--all", "--account", "a"], "say which: --account ID or --all"],
    [["resume", "--local"], "--account ID is missing"],
    [["export", "--local"], "--account ID is missing"],
    [["export", "--local", "--account", "a", "--csv", "--json"], "say which: --csv or --json"],
  ])("%j are refused", (args, line) => {
    expect(() => readArguments(args)).toThrow(line);
  });
});
