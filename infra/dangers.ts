interface Settings {
  readonly keepData: boolean;
  readonly passwordSignIn: boolean;
  readonly mfa: "OFF" | "OPTIONAL" | "ON";
  readonly introspection: boolean;
}

interface Danger {
  readonly setting: keyof Settings;
  readonly value: Settings[keyof Settings];
  readonly because: string;
}

/** What no stack may have whose data is kept. */
const dangers: readonly Danger[] = [
  {
    setting: "passwordSignIn",
    value: true,
    because: "clients would send passwords as they are, to whatever they take for the pool",
  },
  {
    setting: "mfa",
    value: "OFF",
    because: "whoever learns a password has the user's accounts",
  },
  {
    setting: "introspection",
    value: true,
    because: "every signed-in user could read the operators' part of the schema",
  },
];

/** A line for each dangerous value of a stack whose data is kept: the setting, its value, the reason. */
export function dangersOf(config: Settings): readonly string[] {
  return config.keepData
    ? dangers
        .filter(({ setting, value }) => config[setting] === value)
        .map(
          ({ setting, value, because }) =>
            `${setting} is ${value} in a stack that keeps its data (keepData): ${because}`,
        )
    : [];
}
