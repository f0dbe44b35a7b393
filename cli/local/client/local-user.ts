import type { RunningStack, Session } from "local-aws";
import { usersOf } from "./access";

/** The passwords of users who exist on this machine alone. */
export const temporaryPassword = "Temp-Passw0rd!";
export const password = "Local-Passw0rd!";

/** The user of the commands unless another e-mail address is given. */
export const defaultEmail = "you@example.com";

/** Signs a local user in; creates the user where there is none. */
export async function signInAs(
  stack: RunningStack,
  email: string,
  { operator = false } = {},
): Promise<Session> {
  const users = usersOf(stack);
  const isNew = await users.createUser(email, temporaryPassword);
  if (operator) await users.addToGroup(email, "operators");
  // Groups count from the next sign-in on.
  return isNew
    ? users.signInFirst(email, temporaryPassword, password)
    : users.signIn(email, password);
}
