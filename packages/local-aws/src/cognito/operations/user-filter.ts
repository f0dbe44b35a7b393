import { attributesOf } from "../describe";
import { invalidParameter } from "../errors";
import type { User } from "../model";

/** The attributes that users can be searched by (API reference, ListUsers). */
const searchable = [
  "username",
  "email",
  "phone_number",
  "name",
  "given_name",
  "family_name",
  "preferred_username",
  "cognito:user_status",
  "status",
  "sub",
];

/** Reads a filter of ListUsers, such as `email ^= "ada"`, and answers whether users match it. */
export function userFilter(filter: string | undefined): (user: User) => boolean {
  if (filter === undefined || filter === "") {
    return () => true;
  }
  const [, name = "", operator, quoted = ""] =
    /^\s*"?([\w:]+)"?\s*(\^?=)\s*"((?:[^"\\]|\\.)*)"\s*$/.exec(filter) ?? [];
  if (operator === undefined) {
    throw invalidParameter(`Error while parsing filter.: ${filter}`);
  }
  if (!searchable.includes(name)) {
    throw invalidParameter(`Attribute ${name} cannot be used in filter.`);
  }
  const wanted = quoted.replace(/\\(.)/g, "$1");
  return (user) => {
    const found = fieldOf(user, name);
    return operator === "=" ? found === wanted : found?.startsWith(wanted) === true;
  };
}

function fieldOf(user: User, name: string): string | undefined {
  switch (name) {
    case "username":
      return user.username;
    case "status":
      return user.enabled ? "Enabled" : "Disabled";
    case "cognito:user_status":
      return user.status;
    default:
      return attributesOf(user).find(({ Name }) => Name === name)?.Value;
  }
}
