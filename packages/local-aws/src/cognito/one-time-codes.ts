import { randomInt } from "node:crypto";
import { ServiceError } from "../aws-json";
import { codeMismatch, expiredCode } from "./errors";

/** What a code is for: it counts for nothing else. */
export type Purpose = "confirm sign-up" | "reset password" | "verify email";

interface Code {
  readonly code: string;
  readonly endsAt: number;
  /** What is to be done once the code is shown, e.g. the address that it has been sent to. */
  readonly value: string;
  wrong: number;
}

const hourMs = 3_600_000;

/** How long codes count (Developer Guide, "Quotas in Amazon Cognito"). */
const validityMs: Readonly<Record<Purpose, number>> = {
  "confirm sign-up": 24 * hourMs,
  "reset password": hourMs,
  "verify email": 24 * hourMs,
};

/** So that nobody can try them all. */
const mostTries = 5;

/** The codes that were sent to users. In memory: a restart makes them invalid. */
export class OneTimeCodes {
  readonly #codes = new Map<string, Code>();
  /** A new code. The one before it, for the same user and purpose, does not count any more. */
  issue(purpose: Purpose, sub: string, value = ""): string {
    const code = String(randomInt(1_000_000)).padStart(6, "0");
    const endsAt = Date.now() + validityMs[purpose];
    this.#codes.set(keyOf(purpose, sub), { code, endsAt, value, wrong: 0 });
    return code;
  }

  /** The value that the code was issued with. Throws where it is not the user's code; a code counts once. */
  redeem(purpose: Purpose, sub: string, found: string): string {
    const issued = this.#codes.get(keyOf(purpose, sub));
    if (issued === undefined || issued.endsAt < Date.now()) {
      throw expiredCode("Invalid code provided, please request a code again.");
    }
    if (issued.wrong >= mostTries) {
      throw new ServiceError(
        "LimitExceededException",
        "Attempt limit exceeded, please try after some time.",
      );
    }
    if (issued.code !== found) {
      issued.wrong += 1;
      throw codeMismatch("Invalid verification code provided, please try again.");
    }
    this.#codes.delete(keyOf(purpose, sub));
    return issued.value;
  }
}

function keyOf(purpose: Purpose, sub: string): string {
  return `${sub} ${purpose}`;
}
