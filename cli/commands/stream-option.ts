import * as E from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import { StreamId } from "../../core/projection/identifiers";
import type { Values } from "../command";
import { CommandError } from "../errors";

/** The id of the stream that a command is to work on. The option has the domain's name. */
export const requiredStreamId = (name: string, values: Values): StreamId =>
  pipe(
    StreamId.decode(values[name]),
    E.getOrElse<unknown, StreamId>(() => {
      throw new CommandError(`--${name} ID is missing: which ${name}?`);
    }),
  );
