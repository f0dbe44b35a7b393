import { randomBytes } from "node:crypto";
import { ServiceError } from "../aws-json";
import type { PasswordPolicy } from "./settings";

/** Cognito's defaults for a pool without a policy. */
export const defaultPolicy: Required<PasswordPolicy> = {
  MinimumLength: 8,
  RequireUppercase: true,
  RequireLowercase: true,
  RequireNumbers: true,
  RequireSymbols: true,
  TemporaryPasswordValidityDays: 7,
};

/** The characters that Cognito counts as symbols (Developer Guide, "Adding user pool password requirements"). */
const symbol = /[\^$*.[\]{}()?"!@#%&/\\,><':;|_~`=+-]| (?=\S)/;

/** Throws InvalidPasswordException with Cognito's message if the password violates the pool's policy. */
export function checkPassword(password: string, policy: PasswordPolicy = defaultPolicy): void {
  const { MinimumLength = defaultPolicy.MinimumLength } = policy;
  const violation =
    (password.length < MinimumLength && "Password not long enough") ||
    (policy.RequireUppercase &&
      !/[A-Z]/.test(password) &&
      "Password must have uppercase characters") ||
    (policy.RequireLowercase &&
      !/[a-z]/.test(password) &&
      "Password must have lowercase characters") ||
    (policy.RequireNumbers && !/[0-9]/.test(password) && "Password must have numeric characters") ||
    (policy.RequireSymbols && !symbol.test(password) && "Password must have symbol characters");
  if (violation) {
    throw new ServiceError(
      "InvalidPasswordException",
      `Password did not conform with policy: ${violation}`,
    );
  }
}

/** Generates a temporary password that satisfies the policy, for a user created without one. */
export function newPassword({ MinimumLength = 0 }: PasswordPolicy = {}): string {
  return `Aa1!${randomBytes(72).toString("base64url")}`.slice(0, Math.max(16, MinimumLength));
}

/** How long a temporary password counts. */
export function temporaryValidityMs({ TemporaryPasswordValidityDays: days }: PasswordPolicy = {}) {
  return (days ?? defaultPolicy.TemporaryPasswordValidityDays) * 24 * 60 * 60_000;
}
