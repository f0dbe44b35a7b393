import fc from "fast-check";
import * as E from "fp-ts/Either";
import * as O from "fp-ts/Option";
import { describe, expect, it } from "vitest";
import { type Account, decide, evolve } from "../../../core/ledger/account";
import { type AccountEvent, decodeAccountEvent } from "../../../core/ledger/events";
import {
  anyRequests,
  closing,
  deposit,
  opening,
  type Request,
  stored,
  withdrawal,
} from "./requests";

const read = (event: unknown): AccountEvent =>
  E.getOrElse<{ detail: string }, AccountEvent>(({ detail }) => {
    throw new Error(detail);
  })(decodeAccountEvent(event));

/** Every decision over a stream, each with the account before and after it. */
const history = (requests: readonly Request[]) => {
  let account: O.Option<Account> = O.none;
  return stored(...requests).map((event) => {
    const before = account;
    const decision = decide(read(event))(before);
    if (decision.outcome === "POSTED") account = evolve(decision.movement)(before);
    return { event: read(event), before, decision, after: account };
  });
};

/** The outcome of a request after others: the account if it is posted, or the reason if it is declined. */
const given = (...before: readonly Request[]) => ({
  when: (asked: Request): unknown => {
    const last = history([...before, asked]).at(-1);
    return last?.decision.outcome === "POSTED"
      ? { outcome: "POSTED", account: O.toUndefined(last.after) }
      : last?.decision;
  },
});

const posted = (account: unknown) => ({ outcome: "POSTED", account });
const declined = (reason: string) => ({ outcome: "DECLINED", reason });

describe("decide on an opening", () => {
  it("posts an empty, open account", () => {
    expect(given().when(opening("JPY", "Holidays"))).toEqual(
      posted({
        name: "Holidays",
        currency: "JPY",
        balance: 0n,
        status: "OPEN",
      }),
    );
  });

  it("declines a second opening, even in another currency", () => {
    expect(given(opening("EUR")).when(opening("USD"))).toEqual(declined("ACCOUNT_ALREADY_OPENED"));
  });

  it("declines to open a closed account again", () => {
    expect(given(opening(), closing()).when(opening())).toEqual(declined("ACCOUNT_ALREADY_OPENED"));
  });
});

describe("decide before the opening", () => {
  it.each([
    ["a deposit", deposit(1)] as const,
    ["a withdrawal", withdrawal(1)],
    ["a closing", closing()],
  ])("declines %s", (_, asked) => {
    expect(given().when(asked)).toEqual(declined("ACCOUNT_NOT_OPENED"));
  });

  it("posts the opening after a declined request", () => {
    expect(given(deposit(5)).when(opening())).toMatchObject(posted({ balance: 0n }));
  });
});

describe("decide on a deposit", () => {
  it("adds the amount to the balance", () => {
    expect(given(opening(), deposit(100)).when(deposit(20))).toMatchObject(
      posted({ balance: 120n }),
    );
  });

  it("keeps every digit of a balance beyond a double's precision", () => {
    const most = 10n ** 18n - 1n;
    expect(given(opening(), deposit(most), deposit(most)).when(deposit(1))).toMatchObject(
      posted({ balance: 2n * most + 1n }),
    );
  });
});

describe("decide on a withdrawal", () => {
  it("subtracts the amount from the balance", () => {
    expect(given(opening(), deposit(100)).when(withdrawal(30))).toMatchObject(
      posted({ balance: 70n }),
    );
  });

  it("posts a withdrawal of the whole balance", () => {
    expect(given(opening(), deposit(100)).when(withdrawal(100))).toMatchObject(
      posted({ balance: 0n }),
    );
  });

  it("declines a withdrawal of one minor unit more than the balance", () => {
    expect(given(opening(), deposit(100)).when(withdrawal(101))).toEqual(
      declined("INSUFFICIENT_FUNDS"),
    );
  });

  it("does not count a declined withdrawal as withdrawn", () => {
    expect(given(opening(), deposit(100), withdrawal(101)).when(withdrawal(100))).toMatchObject(
      posted({ balance: 0n }),
    );
  });
});

describe("decide on a closing", () => {
  it("closes an empty account", () => {
    expect(given(opening(), deposit(5), withdrawal(5)).when(closing())).toMatchObject(
      posted({ balance: 0n, status: "CLOSED" }),
    );
  });

  it("declines to close an account with a balance", () => {
    expect(given(opening(), deposit(1)).when(closing())).toEqual(declined("BALANCE_NOT_ZERO"));
  });

  it.each([
    ["a deposit", deposit(1)] as const,
    ["a withdrawal", withdrawal(1)],
    ["a closing", closing()],
  ])("declines %s after the closing", (_, asked) => {
    expect(given(opening(), closing()).when(asked)).toEqual(declined("ACCOUNT_CLOSED"));
  });
});

describe("over any history", () => {
  const overAnyHistory = (law: (steps: ReturnType<typeof history>) => void) =>
    fc.assert(fc.property(anyRequests(40), (requests) => law(history(requests))));

  const balanceOf = (account: O.Option<Account>) =>
    O.isSome(account) ? account.value.balance : 0n;

  it("the balance is never negative", () => {
    overAnyHistory((steps) => {
      for (const { after } of steps) expect(balanceOf(after) >= 0n).toBe(true);
    });
  });

  it("the balance is what was deposited less what was withdrawn", () => {
    overAnyHistory((steps) => {
      let sum = 0n;
      for (const { event, decision, after } of steps) {
        if (decision.outcome === "POSTED" && event.type === "DepositRequested") {
          sum += event.data.amount;
        }
        if (decision.outcome === "POSTED" && event.type === "WithdrawalRequested") {
          sum -= event.data.amount;
        }
        expect(balanceOf(after)).toBe(sum);
      }
    });
  });

  it("a declined request changes nothing", () => {
    overAnyHistory((steps) => {
      for (const { decision, before, after } of steps) {
        if (decision.outcome === "DECLINED") expect(after).toEqual(before);
      }
    });
  });

  it("later requests change no earlier decision", () => {
    fc.assert(
      fc.property(anyRequests(20), anyRequests(20), (earlier, later) => {
        expect(history([...earlier, ...later]).slice(0, earlier.length)).toEqual(history(earlier));
      }),
    );
  });

  it("nothing is posted after a closing, and name and currency never change", () => {
    overAnyHistory((steps) => {
      for (const { before, decision, after } of steps) {
        if (O.isNone(before) || O.isNone(after)) continue;
        if (before.value.status === "CLOSED") expect(decision.outcome).toBe("DECLINED");
        const { name, currency } = before.value;
        expect(after.value).toMatchObject({ name, currency });
      }
    });
  });
});
