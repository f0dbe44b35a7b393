/** The keys of an API whose callers name no user: authorization mode API_KEY. */
import * as t from "io-ts";
import { decodeInputs, type Inputs, resourceInputs } from "../inputs";

/** aws.appsync.ApiKey */
export const KeyDefinition = resourceInputs({}, { expires: t.string }, ["description"]);

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const defaultDays = 7;
const leastDays = 1;
const mostDays = 365;
/** AppSync's quota for one API. */
const maxKeys = 50;

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

export interface ApiKey {
  /** What clients send in the header x-api-key. It is the key's id, too. */
  readonly key: string;
  /** RFC 3339, in UTC. */
  readonly expires: string;
}

export class ApiKeys {
  /** When each key expires. */
  readonly #expiry = new Map<string, number>();

  /** @param inputs those of aws.appsync.ApiKey */
  add(key: string, inputs: Inputs): ApiKey {
    const { expires } = decodeInputs(KeyDefinition, inputs, "API key");
    if (this.#expiry.size >= maxKeys) {
      throw new Error(`API key: an API has ${maxKeys} keys at most`);
    }
    const expiry = readExpiry(expires, Date.now());
    this.#expiry.set(key, expiry);
    return { key, expires: `${new Date(expiry).toISOString().slice(0, 19)}Z` };
  }

  /** Whether the API has the key, and it has not expired. */
  admits(key: string): boolean {
    return (this.#expiry.get(key) ?? 0) > Date.now();
  }
}

/** Whole hours, rounded down, as AppSync stores them. The messages are AppSync's own. */
function readExpiry(text: string | undefined, now: number): number {
  if (text !== undefined && !(rfc3339.test(text) && Number.isFinite(Date.parse(text)))) {
    throw new Error(`API key: expires must be a time as in RFC 3339, found "${text}"`);
  }
  const wanted = text === undefined ? now + defaultDays * dayMs : Date.parse(text);
  const expiry = Math.floor(wanted / hourMs) * hourMs;
  if (expiry < now + leastDays * dayMs) {
    throw new Error(`API key: API key must be valid for a minimum of ${leastDays} days.`);
  }
  if (expiry > now + mostDays * dayMs) {
    throw new Error(`API key: API key must be valid for a maximum of ${mostDays} days.`);
  }
  return expiry;
}
