import { idName } from "../lambda/adapters/keys";

/** The operators' words for the streams of a domain. */
export interface Words {
  /** One stream, e.g. `account`; an option of this name takes a stream's id. */
  readonly stream: string;
  /** E.g. `an account`. */
  readonly aStream: string;
  /** E.g. `accounts`. */
  readonly streams: string;
  /** The JSON field with a stream's id, e.g. `accountId`. */
  readonly idField: string;
}

/** The words follow the domain's name. */
export const wordsOf = (name: string): Words => ({
  stream: name,
  aStream: `${/^[aeiou]/.test(name) ? "an" : "a"} ${name}`,
  streams: `${name}s`,
  idField: idName(name),
});
