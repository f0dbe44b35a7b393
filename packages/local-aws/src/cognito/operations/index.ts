import { accountOperations } from "./account";
import { adminAuthenticatorOperations, authenticatorOperations } from "./authenticators";
import { groupOperations } from "./groups";
import { adminInitiateAuth, initiateAuth } from "./initiate-auth";
import type { Operation, Operations } from "./operation";
import { poolOperations } from "./pools";
import { adminRespondToAuthChallenge, respondToAuthChallenge } from "./respond-to-auth-challenge";
import { adminSignUpOperations, signUpOperations } from "./sign-up";
import { tokenOperations } from "./tokens";
import { userOperations } from "./users";

/** Looked up by names that come from anybody: an object would also answer to the names of its own methods. */
const table = (...operations: readonly Operations[]): ReadonlyMap<string, Operation> =>
  new Map(operations.flatMap((some) => Object.entries(some)));

/** What everybody may ask for; a token or a session in the input says who asks. */
export const publicOperations = table(
  accountOperations,
  authenticatorOperations,
  initiateAuth,
  respondToAuthChallenge,
  signUpOperations,
  tokenOperations,
);

/** What needs a signature, and the permission. */
export const signedOperations = table(
  adminAuthenticatorOperations,
  adminInitiateAuth,
  adminRespondToAuthChallenge,
  adminSignUpOperations,
  groupOperations,
  poolOperations,
  userOperations,
);
