import { describe, expect, it } from "vitest";
import { commandsOf, readArguments } from "../../cli/arguments";
import { ledger } from "../../core/ledger";

const commands = Object.entries(commandsOf(ledger));

const read = (...args: string[]) => readArguments(ledger, "npm run ledger --", args);

describe("a command line", () => {
  it("is parsed into a command and its options", () => {
    expect(read("rebuild", "--all", "--stack", "dev", "--local", "--json")).toMatchObject({
      command: { usage: expect.stringMatching(/^rebuild --account ID/) },
      values: { all: true, stack: "dev", local: true, json: true },
    });
  });

  it("prints the list of commands if it is --help", () => {
    for (const [, { summary }] of commands) {
      expect(read("--help")).toMatchObject({ help: expect.stringContaining(summary) });
    }
  });

  it.each(commands)(
    "prints every option of %s if -h follows the command",
    (name, { usage, options }) => {
      const help = read(name, "-h");

      expect(help).toMatchObject({ help: expect.stringContaining(`npm run ledger -- ${name}`) });
      expect(help).toMatchObject({ help: expect.stringContaining(usage) });
      for (const option of Object.keys(options)) {
        expect(help).toMatchObject({ help: expect.stringContaining(`--${option}`) });
      }
    },
  );

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
    [["rebuild", "--local", "--account", ""], "--account ID is missing: which account?"],
    [["resume", "--local"], "--account ID is missing: which account?"],
    [["export", "--local"], "--account ID is missing: which account?"],
    [["export", "--local", "--account", "a", "--csv", "--json"], "say which: --csv or --json"],
  ])("is rejected with one line if it is %j", (args, line) => {
    expect(() => read(...args)).toThrow(line);
  });
});
