import { exemptions } from "./exemptions";
import { exempting, type Rule } from "./rule";
import * as alarms from "./rules/alarms";
import { backup } from "./rules/backup";
import { encryption } from "./rules/encryption";
import * as functions from "./rules/functions";
import { publicAccess, publicBuckets } from "./rules/public-access";
import { recovery } from "./rules/recovery";
import { functionLogs, retention } from "./rules/retention";
import { tags } from "./rules/tags";
import { tlsOnly } from "./rules/tls-only";
import { wildcards } from "./rules/wildcards";

export const rules: readonly Rule[] = [
  encryption,
  recovery,
  backup,
  retention,
  functionLogs,
  wildcards,
  publicAccess,
  publicBuckets,
  tlsOnly,
  tags,
  ...Object.values(functions),
  ...Object.values(alarms),
];

/** The rules as they are enforced: save what is exempted. */
export const policies: readonly Rule[] = rules.map((rule) => exempting(rule, exemptions));
