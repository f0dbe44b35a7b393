import fc from "fast-check";
import type { StoredEvent, Subject, Truth } from "../../../tests/simulation";
import { type Article, type ArticleEvent, inventory } from "../article";

// The inventory, as the laws and the simulation take it.

/** Mostly few pieces, so that stock runs out and every decline happens; sometimes more than there is room for. */
const quantity = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 5 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 2 ** 31 - 1 }) },
);
const pieces = { mayOpen: false, data: [fc.record({ quantity })] } as const;
const label = fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 });

/** The rules of the inventory a second time, and naively: nothing here comes from article.ts. */
const oracle = (log: ReadonlyArray<StoredEvent>): ReadonlyArray<Truth> => {
  let registeredAs: unknown;
  let inStock = 0;
  let reserved = 0;

  const decide = ({ type, data }: StoredEvent): string | undefined => {
    const asked = Number(data.quantity);
    if (type === "RegistrationRequested") {
      if (registeredAs !== undefined) return "ALREADY_REGISTERED";
      registeredAs = data.label;
      return undefined;
    }
    if (registeredAs === undefined) return "NOT_REGISTERED";
    if (type === "ReceiptRequested") {
      if (asked > 2 ** 31 - 1 - inStock) return "NO_ROOM";
      inStock += asked;
    }
    if (type === "ReservationRequested") {
      if (asked > inStock - reserved) return "OUT_OF_STOCK";
      reserved += asked;
    }
    if (type === "ShipmentRequested") {
      if (asked > reserved) return "NOT_RESERVED";
      inStock -= asked;
      reserved -= asked;
    }
    return undefined;
  };

  return log.map((event) => ({
    reason: decide(event),
    state: registeredAs === undefined ? undefined : { label: registeredAs, inStock, reserved },
    entry: {
      ...(event.data.quantity === undefined ? {} : { quantity: event.data.quantity }),
      inStock,
      reserved,
    },
  }));
};

const nothing = (): bigint => 0n;
const added = (entry: { readonly quantity?: unknown }): bigint => BigInt(Number(entry.quantity));
const taken = (entry: { readonly quantity?: unknown }): bigint => -added(entry);

export const subject: Subject<ArticleEvent, Article, Article> = {
  domain: inventory,
  requests: {
    RegistrationRequested: { weight: 1, mayOpen: true, data: [fc.record({ label })] },
    ReceiptRequested: { weight: 4, ...pieces },
    ReservationRequested: { weight: 4, ...pieces },
    ShipmentRequested: { weight: 3, ...pieces },
  },
  oracle,
  conserved: [
    {
      what: "pieces in stock",
      held: ({ inStock }) => BigInt(Number(inStock)),
      moved: {
        RegistrationRequested: nothing,
        ReceiptRequested: added,
        ReservationRequested: nothing,
        ShipmentRequested: taken,
      },
    },
    {
      what: "reserved pieces",
      held: ({ reserved }) => BigInt(Number(reserved)),
      moved: {
        RegistrationRequested: nothing,
        ReceiptRequested: nothing,
        ReservationRequested: added,
        ShipmentRequested: taken,
      },
    },
  ],
};
