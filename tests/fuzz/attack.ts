import { type GraphqlAnswer, type GraphqlError, type Session, send, subscribe } from "local-aws";
import { accessTo } from "../../cli/local/client/access";
import type { World } from "../whole-path/world";
import type { Call, CallerName, Value, Values } from "./calls";

/** What the schema says that an error can be. No table is slow here, so `Unavailable` would be a fault. */
const described = ["InvalidInput", "VersionConflict", "Unauthorized", "NotFound"];
/** What AppSync answers before any template runs, to a request that is not of the schema's form: an error of no type. */
const isMalformed = ({ errorType, message, path }: GraphqlError): boolean =>
  (errorType ?? null) === null &&
  (path ?? null) === null &&
  /^(Validation error|Variable ')/.test(message);

/** Sends calls, and judges the answers by what has been recorded. */
export class Attack {
  readonly violations: unknown[] = [];
  /** How many answers there were of each kind. */
  readonly tally: Record<string, number> = {};
  readonly #stack: World["stack"];
  /** Tokens expire: whoever sends for long signs in again. */
  callers: Readonly<Record<CallerName, Session>>;
  readonly #owners = new Map<unknown, string>();
  readonly #versions = new Map<string, number>();
  readonly #tokens: string[] = [];

  constructor(stack: World["stack"], callers: Readonly<Record<CallerName, Session>>) {
    this.#stack = stack;
    this.callers = callers;
  }

  async send(call: Call): Promise<void> {
    const caller = this.callers[call.caller];
    const { type, field, args: types, selection } = call.operation;
    const variables = {
      ...this.#valuesOf(call.args),
      ...(call.input === undefined ? {} : { input: this.#valuesOf(call.input) }),
    };
    const used = Object.entries(types).filter(([name]) => name in variables);
    const parameters = used.map(([name, type]) => `$${name}: ${type}`).join(", ");
    const passed = used.map(([name]) => `${name}: $${name}`).join(", ");
    const query = `${type} Any${parameters && `(${parameters})`} { ${field}${passed && `(${passed})`} ${selection} }`;
    try {
      const access = accessTo(this.#stack.description, caller.idToken);
      if (type !== "subscription") {
        this.#judge(call, caller, variables, await send(access, query, variables));
        return;
      }
      const refusal = await subscribe(access, { query, variables }, () => {}).then(
        (subscription) => subscription.close(),
        String,
      );
      this.#judgeSubscription(call, caller, variables, refusal as string | undefined);
    } catch (error) {
      this.#violation(call, variables, `no answer: ${String(error)}`);
    }
  }

  #valuesOf(values: Values): Record<string, unknown> {
    const actual = (value: Value | undefined): unknown => {
      if (value === undefined) return undefined;
      if ("token" in value) return this.#tokens[value.token % Math.max(1, this.#tokens.length)];
      if ("versionOf" in value) return (this.#versions.get(value.versionOf) ?? 1) + value.more;
      const { given } = value;
      const isCaller = typeof given === "string" && Object.hasOwn(this.callers, given);
      return isCaller ? this.callers[given as CallerName].sub : given;
    };
    return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, actual(value)]));
  }

  #judge(call: Call, caller: Session, variables: Record<string, unknown>, answer: Answer): void {
    const { field } = call.operation;
    const [error] = answer.errors ?? [];
    const kind = error?.errorType ?? (error === undefined ? "answered" : "malformed");
    const key = `${field} ${kind}`;
    this.tally[key] = (this.tally[key] ?? 0) + 1;
    if (error !== undefined && !described.includes(kind) && !isMalformed(error)) {
      this.#violation(call, variables, answer);
    }
    const data = answer.data?.[field];
    const { input = {} } = variables as { input?: Record<string, unknown> };
    if (kind === "VersionConflict") {
      this.#versions.set(String(input.accountId), Number(error?.errorInfo?.version));
    }
    if (data === undefined || data === null) return;
    this.#learn(data);
    const isOperator = call.caller === "operator";
    const owners = [...ownersIn(data), this.#owners.get(variables.accountId ?? input.accountId)];
    const others = owners.filter((owner) => owner !== undefined && owner !== caller.sub);
    const forOperators = ["resumeStream", "suspendedStreams"].includes(field);
    if (!isOperator && (others.length > 0 || forOperators)) {
      this.#violation(call, variables, { "somebody else's": data });
    }
    // Publishing is the projector's alone.
    if (field === "publishAccountChange") this.#violation(call, variables, data);
  }

  #learn(data: Data): void {
    if (typeof data.nextToken === "string" && this.#tokens.length < 1_000) {
      this.#tokens.push(data.nextToken);
    }
    if (data.commandId === undefined) return;
    this.#owners.set(data.accountId, String(data.owner));
    const known = this.#versions.get(String(data.accountId)) ?? 0;
    this.#versions.set(String(data.accountId), Math.max(known, Number(data.version)));
  }

  #judgeSubscription(
    call: Call,
    caller: Session,
    variables: Record<string, unknown>,
    refusal: string | undefined,
  ): void {
    const key = `onAccountChange ${refusal === undefined ? "answered" : "refused"}`;
    this.tally[key] = (this.tally[key] ?? 0) + 1;
    const mayFollow = call.caller === "operator" || variables.owner === caller.sub;
    if (refusal === undefined && !mayFollow) this.#violation(call, variables, "subscribed");
    if (refusal?.includes("InternalFailure")) this.#violation(call, variables, refusal);
  }

  #violation({ caller, operation }: Call, variables: unknown, answer: unknown): void {
    this.violations.push({ caller, field: operation.field, variables, answer });
  }
}

type Data = Readonly<Record<string, unknown>>;
type Answer = GraphqlAnswer<Readonly<Record<string, Data | null>>>;

/** The owners that an answer names, in itself and in its items. */
const ownersIn = (data: Data): unknown[] => {
  const items = (data.items ?? []) as readonly (Data | null)[];
  return [data, ...items].map((one) => one?.owner);
};
