import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as t from "io-ts";
import { columns, optional, writtenFrom } from "../../core/projection/columns";
import { type Decision, type Domain, declined, posted } from "../../core/projection/domain";
import { decodeEvents, type EventOf } from "../../core/projection/upcasting";

// A second domain over the same parts: the stock of an article. Pieces are received, reserved and shipped. A reservation
// is declined when there is too little.

interface StockBrand {
  readonly Stock: unique symbol;
}

/** How many pieces an article can have: GraphQL's `Int` has 32 bits. */
const mostPieces = 2_147_483_647;

/** A number of pieces, from none to `mostPieces`. */
const Stock = t.brand(
  t.number,
  (n): n is t.Branded<number, StockBrand> => Number.isInteger(n) && n >= 0 && n <= mostPieces,
  "Stock",
);

const none = 0 as t.TypeOf<typeof Stock>;

/** A number of pieces that somebody asks for: at least one. */
const Quantity = t.refinement(Stock, (n) => n >= 1, "Quantity");

/** How long a label may be, in UTF-16 code units, as the templates count them. */
export const labelLength = 64;

const Label = t.refinement(
  t.string,
  (label) => label.length >= 1 && label.length <= labelLength,
  "Label",
);

export const articleEvents = {
  RegistrationRequested: { data: t.type({ label: Label }), upcasters: [] },
  ReceiptRequested: { data: t.type({ quantity: Quantity }), upcasters: [] },
  ReservationRequested: { data: t.type({ quantity: Quantity }), upcasters: [] },
  ShipmentRequested: { data: t.type({ quantity: Quantity }), upcasters: [] },
};

export type ArticleEvent = EventOf<typeof articleEvents>;

const articleColumns = { label: Label, inStock: Stock, reserved: Stock };

/** An article: how many pieces are in stock, and how many of those are reserved. */
const Article = t.refinement(
  t.strict(articleColumns),
  ({ inStock, reserved }) => reserved <= inStock,
  "Article",
);
export type Article = t.TypeOf<typeof Article>;

/** What a posted request changes. An article is small: its movement is the article after it. */
type Movement = Article;

export const declineReasons = [
  "ALREADY_REGISTERED",
  "NOT_REGISTERED",
  "NO_ROOM",
  "OUT_OF_STOCK",
  "NOT_RESERVED",
] as const;
type DeclineReason = (typeof declineReasons)[number];

const decline = (reason: DeclineReason): Decision<Movement> => declined(reason);

/** Posts these numbers of pieces if an article can have them. */
const moveTo = (
  after: { readonly label: string; readonly inStock: number; readonly reserved: number },
  otherwise: DeclineReason,
): Decision<Movement> => (Article.is(after) ? posted(after) : decline(otherwise));

const decideWithoutArticle = (event: ArticleEvent): Decision<Movement> =>
  event.type === "RegistrationRequested"
    ? posted({ label: event.data.label, inStock: none, reserved: none })
    : decline("NOT_REGISTERED");

const decideWithArticle =
  ({ type, data }: ArticleEvent) =>
  (article: Article): Decision<Movement> => {
    const { inStock, reserved } = article;
    switch (type) {
      case "RegistrationRequested":
        return decline("ALREADY_REGISTERED");
      case "ReceiptRequested":
        return moveTo({ ...article, inStock: inStock + data.quantity }, "NO_ROOM");
      case "ReservationRequested":
        return moveTo({ ...article, reserved: reserved + data.quantity }, "OUT_OF_STOCK");
      case "ShipmentRequested":
        return moveTo(
          { ...article, inStock: inStock - data.quantity, reserved: reserved - data.quantity },
          "NOT_RESERVED",
        );
    }
  };

/** The inventory, as the projection asks for a domain. */
export const inventory: Domain<ArticleEvent, Article, Movement> = {
  name: "article",
  projectionVersion: 1,
  decode: decodeEvents(articleEvents),
  decide: (event) => O.match(() => decideWithoutArticle(event), decideWithArticle(event)),
  evolve: (after) => () => O.some(after),
  state: columns(articleColumns),
  entry: pipe(
    columns({ quantity: optional(Quantity), inStock: Stock, reserved: Stock }),
    writtenFrom(({ request: { data }, state }) => ({
      quantity: "quantity" in data ? O.some(data.quantity) : O.none,
      ...pipe(
        state,
        O.getOrElse(() => ({ inStock: none, reserved: none })),
      ),
    })),
  ),
};
