import { type ParseArgsConfig, parseArgs } from "node:util";
import type { Ports } from "./cloud";
import { UsageError } from "./usage-error";

type Options = NonNullable<ParseArgsConfig["options"]>;

/**
 * Reads a command line; one that is off gets one line, which says where the help is.
 * @param usage how people call the command, e.g. "npx local-aws start"
 */
export function readOptions<Known extends Options>(
  usage: string,
  options: Known,
  args: readonly string[] = process.argv.slice(2),
) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { ...options, help: { type: "boolean", short: "h" } },
      allowPositionals: false,
    });
    return values;
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split(". ");
    throw new UsageError(`${reason}. See \`${usage} --help\`.`);
  }
}

/** The engines' ports: the first one given and the three after it, or any free ones for 0. */
export function portsFrom(text: string): Ports {
  const first = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(first === 0 || (first >= 1024 && first <= 65_532))) {
    throw new UsageError(`--port: expected 0 or 1024 to 65532, found ${text}`);
  }
  const port = (offset: number): number => (first === 0 ? 0 : first + offset);
  return { appsync: port(0), cognito: port(1), dynamodb: port(2), sqs: port(3) };
}
