import { randomBytes } from "node:crypto";
import { notAuthorized } from "./errors";
import type { AppClient, UserPool } from "./model";
import type { KeyPair } from "./srp";

/** What a user has to answer next. */
export type Step =
  | {
      readonly name: "PASSWORD_VERIFIER";
      readonly userId: string;
      readonly verifier: bigint;
      readonly keys: KeyPair;
      /** SRP_A */
      readonly clientKey: bigint;
    }
  | { readonly name: "NEW_PASSWORD_REQUIRED" }
  | { readonly name: "SOFTWARE_TOKEN_MFA" }
  | { readonly name: "MFA_SETUP"; readonly verified: boolean };

export interface Challenge {
  readonly poolId: string;
  readonly clientId: string;
  /** Undefined for an unknown user, whose challenge nobody can answer. */
  readonly sub: string | undefined;
  readonly step: Step;
  readonly endsAt: number;
  /** How often it may still be answered wrongly. */
  readonly triesLeft: number;
}

/** So that nobody can try all codes. */
const mostTries = 5;
const defaultValidityMinutes = 3;

/** The challenges that wait for an answer, by their `Session`. In memory: a restart makes them invalid. */
export class Challenges {
  readonly #challenges = new Map<string, Challenge>();
  /** Returns the session of a new challenge. */
  issue(pool: UserPool, client: AppClient, sub: string | undefined, step: Step): string {
    this.#forgetOld();
    const minutes = client.settings.AuthSessionValidity ?? defaultValidityMinutes;
    const endsAt = Date.now() + minutes * 60_000;
    const { id: poolId } = pool;
    return this.#keep({ poolId, clientId: client.id, sub, step, endsAt, triesLeft: mostTries });
  }

  find(session: string): Challenge {
    const challenge = this.#challenges.get(session);
    if (challenge === undefined) {
      throw notAuthorized("Invalid session for the user.");
    }
    if (challenge.endsAt < Date.now()) {
      throw notAuthorized("Invalid session for the user, session is expired.");
    }
    return challenge;
  }

  /** Forgets a challenge that is answered: it is answered once. */
  end(session: string): void {
    this.#challenges.delete(session);
  }

  /** Counts a wrong answer. */
  fail(session: string): void {
    const challenge = this.find(session);
    const triesLeft = challenge.triesLeft - 1;
    if (triesLeft > 0) {
      this.#challenges.set(session, { ...challenge, triesLeft });
    } else {
      this.end(session);
    }
  }

  /** The session that replaces the one of a challenge that goes on. */
  continue(session: string, step: Step): string {
    const challenge = this.find(session);
    this.end(session);
    return this.#keep({ ...challenge, step });
  }

  #keep(challenge: Challenge): string {
    const session = randomBytes(48).toString("base64");
    this.#challenges.set(session, challenge);
    return session;
  }

  #forgetOld(): void {
    for (const [session, { endsAt }] of this.#challenges) {
      // Those that have just ended are still known, so that their users are told so.
      if (endsAt + 3_600_000 < Date.now()) {
        this.#challenges.delete(session);
      }
    }
  }
}
