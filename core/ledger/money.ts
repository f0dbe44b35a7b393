import * as O from "fp-ts/Option";
import * as t from "io-ts";

interface AmountBrand {
  readonly Amount: unique symbol;
}

/**
 * ISO 4217's currencies in circulation: funds, metals and test codes are left out, because no account is kept in them.
 * Source: ISO 4217 list one, as of 2026.
 */
export const currencyCodes: ReadonlyArray<string> = (
  "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF " +
  "CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL " +
  "HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD " +
  "MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG " +
  "QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD " +
  "TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG"
).split(" ");

interface CurrencyBrand {
  readonly Currency: unique symbol;
}

const currencies = new Set(currencyCodes);

/** An ISO 4217 currency code, which also defines the minor unit (EUR: cents, JPY: yen). */
export const Currency = t.brand(
  t.string,
  (code): code is t.Branded<string, CurrencyBrand> => currencies.has(code),
  "Currency",
);
export type Currency = t.TypeOf<typeof Currency>;

/** A positive number of minor units. A regular expression, to be anchored at both ends. */
export const amountPattern = "[1-9][0-9]{0,17}";

const amount = new RegExp(`^${amountPattern}$`);

type AmountOfMoney = bigint & t.Brand<AmountBrand>;

const isAmount = (value: unknown): value is AmountOfMoney =>
  typeof value === "bigint" && amount.test(value.toString());

/** A positive amount in minor units; outside the core a string of 1 to 18 digits, without leading zeros. */
export const Amount = new t.Type<AmountOfMoney, string>(
  "Amount",
  isAmount,
  (value, context) =>
    typeof value === "string" && amount.test(value)
      ? t.success(BigInt(value) as AmountOfMoney)
      : t.failure(value, context),
  String,
);
export type Amount = t.TypeOf<typeof Amount>;

interface BalanceBrand {
  readonly Balance: unique symbol;
}

type BalanceOfMoney = bigint & t.Brand<BalanceBrand>;

const balancePattern = /^(0|[1-9][0-9]*)$/;

/** The balance of an account in minor units: never negative, and of any size, since deposits add up. */
export const Balance = new t.Type<BalanceOfMoney, string>(
  "Balance",
  (value): value is BalanceOfMoney => typeof value === "bigint" && value >= 0n,
  (value, context) =>
    typeof value === "string" && balancePattern.test(value)
      ? t.success(BigInt(value) as BalanceOfMoney)
      : t.failure(value, context),
  String,
);
export type Balance = t.TypeOf<typeof Balance>;

export const zero = 0n as Balance;

export const add =
  (amount: Amount) =>
  (balance: Balance): Balance =>
    (balance + amount) as Balance;

/** None where the balance is lower than the amount: there is no balance below zero. */
export const subtract =
  (amount: Amount) =>
  (balance: Balance): O.Option<Balance> =>
    amount > balance ? O.none : O.some((balance - amount) as Balance);
