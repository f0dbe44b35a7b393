import * as t from "io-ts";
import { ServiceError } from "../../aws-json";
import { inputsOf, oneOf } from "../../inputs";
import { describeUser } from "../describe";
import { invalidParameter } from "../errors";
import type { Message } from "../messages";
import { attributeOf, type User } from "../model";
import { newPassword } from "../password-policy";
import { invite, newUser } from "../user-changes";
import { findUser, putUser, requireUser } from "../users";
import { givenAttributes, valuesOf } from "./given-attributes";
import { operation } from "./operation";

/** Where an invitation goes to. Without a wish it is an SMS where there is a number, as on AWS, and an e-mail else. */
function deliveries(
  user: User,
  wished: readonly Message["medium"][] | undefined,
): readonly Pick<Message, "medium" | "to">[] {
  const [email, phone] = [attributeOf(user, "email"), attributeOf(user, "phone_number")];
  const known = [
    ...(phone === undefined ? [] : [{ medium: "SMS" as const, to: phone }]),
    ...(email === undefined ? [] : [{ medium: "EMAIL" as const, to: email }]),
  ];
  if (wished === undefined) {
    return known.slice(0, 1);
  }
  return wished.map((medium) => {
    const found = known.find((delivery) => delivery.medium === medium);
    if (found === undefined) {
      const what = medium === "EMAIL" ? "email" : "phone_number";
      const name = medium === "EMAIL" ? "Email" : "SMS";
      throw invalidParameter(`No ${what} provided but desired delivery medium was ${name}`);
    }
    return found;
  });
}

/** AdminCreateUser */
export const createUser = operation(
  inputsOf(
    { UserPoolId: t.string, Username: t.string },
    {
      UserAttributes: givenAttributes,
      TemporaryPassword: t.string,
      MessageAction: oneOf("RESEND", "SUPPRESS"),
      DesiredDeliveryMediums: t.array(oneOf("EMAIL", "SMS")),
    },
    ["ClientMetadata", "ValidationData", "ForceAliasCreation"],
  ),
  async (input, { pools, messages }) => {
    const { UserPoolId, Username, MessageAction, DesiredDeliveryMediums } = input;
    const { Policies } = pools.get(UserPoolId).settings;
    const password = input.TemporaryPassword ?? newPassword(Policies?.PasswordPolicy);
    const { user, goesTo } = await pools.change(UserPoolId, (pool) => {
      const known = findUser(pool, Username);
      if (MessageAction === "RESEND" && known?.status === "CONFIRMED") {
        throw new ServiceError(
          "UnsupportedUserStateException",
          "Resend not possible. User is already confirmed.",
        );
      }
      if (MessageAction !== "RESEND" && known !== undefined) {
        throw new ServiceError("UsernameExistsException", "User account already exists");
      }
      const base =
        MessageAction === "RESEND"
          ? requireUser(pool, Username)
          : newUser(pool, Username, valuesOf(input.UserAttributes));
      const invited = invite(pool, base, password);
      const to = MessageAction === "SUPPRESS" ? [] : deliveries(invited, DesiredDeliveryMediums);
      return { pool: putUser(pool, invited), answer: { user: invited, goesTo: to } };
    });
    for (const { medium, to } of goesTo) {
      messages.sendInvitation(medium, to, user, password);
    }
    return { User: describeUser(user) };
  },
);
