import { invalidParameter } from "../errors";

export interface Page<A> {
  readonly items: readonly A[];
  /** Where the next page begins, if there is one. */
  readonly next: string | undefined;
}

/** As many as Cognito's lists show at a time. */
const mostItems = 60;

/** A page of a list: at most `limit` items from where the token says. */
export function pageOf<A>(all: readonly A[], limit = 0, token?: string): Page<A> {
  const start = token === undefined ? 0 : Number(Buffer.from(token, "base64url").toString());
  if (!Number.isInteger(start) || start < 0) {
    throw invalidParameter("Invalid pagination token");
  }
  const end = start + (limit === 0 ? mostItems : limit);
  const next = end < all.length ? Buffer.from(String(end)).toString("base64url") : undefined;
  return { items: all.slice(start, end), next };
}
