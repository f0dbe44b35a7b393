import { ledger } from "../core/ledger";
import {
  type AccountEventType,
  accountEvents,
  accountNameLength,
  accountNamePattern,
  memoLength,
  memoPattern,
} from "../core/ledger/events";
import { amountPattern, currencyCodes } from "../core/ledger/money";
import { schemaVersionOf } from "../core/projection/upcasting";
import type { Wiring } from "../infra/wiring";
import { publishField } from "../lambda/adapters/keys";
import {
  type Command,
  commands,
  onChange,
  ownersSummaries,
  publishChange,
  resumeStream,
  sharedFolder,
  sharedValues,
  statement,
  summary,
  suspendedStreams,
} from "./shared/wiring";

/** The mutation that records each type of event: a new type that no mutation records does not compile. */
export const recorders: Readonly<Record<AccountEventType, Command>> = {
  AccountOpeningRequested: { field: "openAccount", before: "command/openAccount", opens: true },
  DepositRequested: { field: "deposit", before: "command/moveMoney" },
  WithdrawalRequested: { field: "withdraw", before: "command/moveMoney" },
  AccountClosingRequested: { field: "closeAccount", before: "command/closeAccount" },
};

/** Which templates serve which field of the ledger's API. A new resolver is one more line here. */
export const wiring: Wiring = {
  folders: { shared: sharedFolder, own: __dirname },
  schema: ["command/schema", "query/schema", "subscription/schema"],
  values: {
    ...sharedValues(ledger.name),
    amountPattern,
    currencyPattern: currencyCodes.join("|"),
    accountNameLength: String(accountNameLength),
    accountNamePattern,
    memoLength: String(memoLength),
    memoPattern,
  },
  resolvers: {
    Mutation: {
      ...commands(recorders, (type) => schemaVersionOf(accountEvents[type])),
      resumeStream,
      publishAccountChange: publishChange,
    },
    Query: {
      account: summary,
      accounts: ownersSummaries,
      statement,
      suspendedStreams,
    },
    Subscription: { onAccountChange: onChange },
  },
  publishField: publishField(ledger.name),
};
