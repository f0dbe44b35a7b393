import type { ProjectionError } from "../../core/projection/fold-events";
import type { Values } from "../command";
import { CommandError, explain } from "../errors";

/** The account that a command was told to work on. */
export const requiredAccount = ({ account }: Values): string => {
  if (typeof account !== "string" || account === "") {
    throw new CommandError("--account ID is missing: which account?");
  }
  return account;
};

/** Why a stream could not be brought on, in one line. */
export const tellProjectionError = (error: ProjectionError): string => {
  switch (error._tag) {
    case "Unavailable":
      return explain(error.cause);
    case "Contended":
      return "the projector was always faster: run it again";
    case "Outdated":
      return "a later release than this one has written its rows: use that release";
  }
};
