import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as t from "io-ts";
import { columns, optional, writtenFrom } from "../../core/projection/columns";
import { type Decision, type Domain, declined, posted } from "../../core/projection/domain";
import { decodeEvents, type EventOf } from "../../core/projection/upcasting";

// A second domain over the same parts: the stock of an article. It is received, reserved and shipped, and a reservation is
// declined when there is too little.

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
type Stock = t.TypeOf<typeof Stock>;

/** A number of pieces that somebody asks for: at least one. */
const Quantity = t.refinement(Stock, (n) => n >= 1, "Quantity");

/** How long a label may be, in UTF-16 code units. */
export const labelLength = 64;

const Label = t.refinement(
  t.string,
  (label) => label.length >= 1 && label.length <= labelLength,
  "Label",
);

const none = 0 as Stock;

/** Adds pieces, or takes them away where `pieces` is negative. None where there would be too few or too many. */
const move = (stock: Stock, pieces: number): O.Option<Stock> =>
  pipe(stock + pieces, O.fromPredicate(Stock.is));

export const articleEvents = {
  RegistrationRequested: { data: t.type({ label: Label }), upcasters: [] },
  ReceiptRequested: { data: t.type({ quantity: Quantity }), upcasters: [] },
  ReservationRequested: { data: t.type({ quantity: Quantity }), upcasters: [] },
  ShipmentRequested: { data: t.type({ quantity: Quantity }), upcasters: [] },
};

export type ArticleEvent = EventOf<typeof articleEvents>;

/** An article: what is in stock, and how much of it is reserved. */
export interface Article {
  readonly label: string;
  readonly inStock: Stock;
  readonly reserved: Stock;
}

/** What a posted request changes: the article is registered, or pieces move and leave these amounts. */
type Movement =
  | { readonly kind: "REGISTRATION"; readonly label: string }
  | { readonly kind: "PIECES"; readonly inStock: Stock; readonly reserved: Stock };

/** Moves pieces in the stock and among the reserved ones, if there are enough. */
const movePieces = (
  { inStock, reserved }: Article,
  pieces: { readonly inStock?: number; readonly reserved?: number },
  otherwise: string,
): Decision<Movement> =>
  pipe(
    O.Do,
    O.apS("inStock", move(inStock, pieces.inStock ?? 0)),
    O.apS("reserved", move(reserved, pieces.reserved ?? 0)),
    O.filter((after) => after.reserved <= after.inStock),
    O.match(
      () => declined(otherwise),
      (after): Decision<Movement> => posted({ kind: "PIECES", ...after }),
    ),
  );

const decideForArticle =
  (event: ArticleEvent) =>
  (article: Article): Decision<Movement> => {
    switch (event.type) {
      case "RegistrationRequested":
        return declined("ALREADY_REGISTERED");
      case "ReceiptRequested":
        return movePieces(article, { inStock: event.data.quantity }, "NO_ROOM");
      case "ReservationRequested":
        return movePieces(article, { reserved: event.data.quantity }, "OUT_OF_STOCK");
      case "ShipmentRequested": {
        const { quantity } = event.data;
        return movePieces(article, { inStock: -quantity, reserved: -quantity }, "NOT_RESERVED");
      }
    }
  };

const decide =
  (event: ArticleEvent) =>
  (article: O.Option<Article>): Decision<Movement> =>
    pipe(
      article,
      O.match(
        () =>
          event.type === "RegistrationRequested"
            ? posted<Movement>({ kind: "REGISTRATION", label: event.data.label })
            : declined("NOT_REGISTERED"),
        decideForArticle(event),
      ),
    );

const evolve =
  (movement: Movement) =>
  (article: O.Option<Article>): O.Option<Article> =>
    movement.kind === "REGISTRATION"
      ? O.some({ label: movement.label, inStock: none, reserved: none })
      : pipe(
          article,
          O.map(({ label }) => ({
            label,
            inStock: movement.inStock,
            reserved: movement.reserved,
          })),
        );

/** The inventory, as the projection asks for a domain. */
export const inventory: Domain<ArticleEvent, Article, Movement> = {
  name: "article",
  projectionVersion: 1,
  decode: decodeEvents(articleEvents),
  decide,
  evolve,
  state: columns({ label: Label, inStock: Stock, reserved: Stock }),
  entry: pipe(
    columns({ quantity: optional(Stock), inStock: Stock, reserved: Stock }),
    writtenFrom(({ request, state }) => ({
      quantity: O.fromNullable("quantity" in request.data ? request.data.quantity : undefined),
      ...pipe(
        state,
        O.getOrElse(() => ({ inStock: none, reserved: none })),
      ),
    })),
  ),
};
