import { schemaVersionOf } from "../../../core/projection/upcasting";
import type { Wiring } from "../../../infra/wiring";
import { publishField } from "../../../lambda/adapters/keys";
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
} from "../../../vtl/shared/wiring";
import { type ArticleEvent, articleEvents, inventory, labelLength } from "../article";

/** The mutation that records each type of event. */
export const recorders: Readonly<Record<ArticleEvent["type"], Command>> = {
  RegistrationRequested: { field: "register", before: "article/register", opens: true },
  ReceiptRequested: { field: "receive", before: "article/movePieces" },
  ReservationRequested: { field: "reserve", before: "article/movePieces" },
  ShipmentRequested: { field: "ship", before: "article/movePieces" },
};

/** Which templates serve which field of the inventory's API. */
export const wiring: Wiring = {
  folders: { shared: sharedFolder, own: __dirname },
  schema: ["article/schema"],
  values: { ...sharedValues(inventory.name), labelLength: String(labelLength) },
  resolvers: {
    Mutation: {
      ...commands(recorders, (type) => schemaVersionOf(articleEvents[type])),
      resumeStream,
      publishArticleChange: publishChange,
    },
    Query: {
      article: summary,
      articles: ownersSummaries,
      movements: statement,
      suspendedStreams,
    },
    Subscription: { onArticleChange: onChange },
  },
  publishField: publishField(inventory.name),
};
