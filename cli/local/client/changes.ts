import { type Access, type Subscription, subscribe } from "local-aws";

/** A change as `onAccountChange` sends it. */
export interface Change {
  readonly accountId: string;
  readonly version: number;
  readonly type: string;
  readonly outcome: string;
  readonly reason: string | null;
  /** In minor units of the currency, like the balance. */
  readonly amount: string | null;
  readonly balance: string | null;
  readonly currency: string | null;
  readonly memo: string | null;
}

const fields = "accountId version type outcome reason amount balance currency memo";

/** Subscribes to the changes of one of an owner's accounts, or of all of them. */
export function followChanges(
  access: Access,
  { owner, accountId }: { readonly owner: string; readonly accountId?: string | undefined },
  onChange: (change: Change) => void,
): Promise<Subscription> {
  // The argument is left out where it has no value: null would match no account.
  const [parameter, argument] =
    accountId === undefined ? ["", ""] : [", $accountId: ID", ", accountId: $accountId"];
  const query = `subscription Changes($owner: ID!${parameter}) {
    onAccountChange(owner: $owner${argument}) { ${fields} }
  }`;
  return subscribe(access, { query, variables: { owner, accountId } }, (data) =>
    onChange((data as { onAccountChange: Change }).onAccountChange),
  );
}

/** One line, e.g. `#3 WithdrawalRequested, EUR 30.00, POSTED, balance EUR 70.00`. */
export function describeChange(change: Omit<Change, "accountId">): string {
  const { version, type, outcome, reason, amount, balance, currency, memo } = change;
  return [
    `#${version} ${type}`,
    ...(amount === null ? [] : [money(amount, currency)]),
    ...(memo === null ? [] : [`"${memo}"`]),
    reason === null ? outcome : `${outcome}: ${reason}`,
    ...(balance === null ? [] : [`balance ${money(balance, currency)}`]),
  ].join(", ");
}

/** An amount of minor units as people write it, e.g. "EUR 12.30"; without a currency, the units themselves. */
export function money(minorUnits: string, currency: string | null): string {
  if (currency === null) return minorUnits;
  const format = new Intl.NumberFormat("en", {
    style: "currency",
    currency,
    currencyDisplay: "code",
  });
  const { maximumFractionDigits = 0 } = format.resolvedOptions();
  // As text, so that no digit is lost; the space would otherwise be one that does not break.
  return format
    .format(`${minorUnits}e-${maximumFractionDigits}` as `${number}`)
    .replace("\u00a0", " ");
}
