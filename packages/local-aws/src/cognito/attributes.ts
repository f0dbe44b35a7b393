import { ServiceError } from "../aws-json";
import { invalidParameter, notAuthorized } from "./errors";
import { type Attribute, attributeOf, type User, type UserPool } from "./model";
import type { AttributeDefinition } from "./settings";
import { canonical, findUser, signsInByEmail } from "./users";

/** The attributes that every pool has (Developer Guide, "Standard attributes"), besides `sub`. */
const standardAttributes = [
  "address",
  "birthdate",
  "email",
  "email_verified",
  "family_name",
  "gender",
  "given_name",
  "locale",
  "middle_name",
  "name",
  "nickname",
  "phone_number",
  "phone_number_verified",
  "picture",
  "preferred_username",
  "profile",
  "updated_at",
  "website",
  "zoneinfo",
];

function definitionOf(pool: UserPool, name: string): AttributeDefinition | undefined {
  const defined = pool.settings.Schema?.find((definition) => nameInPool(definition) === name);
  return defined ?? (standardAttributes.includes(name) ? { Name: name } : undefined);
}

/** An attribute that is not a standard one is called `custom:…`. */
function nameInPool({ Name, DeveloperOnlyAttribute }: AttributeDefinition): string {
  const name = standardAttributes.includes(Name) ? Name : `custom:${Name}`;
  return DeveloperOnlyAttribute === true ? `dev:${name}` : name;
}

function refusal(problem: string): ServiceError {
  return invalidParameter(`Attributes did not conform to the schema: ${problem}`);
}

/** Throws InvalidParameterException where an attribute is not one of the pool's, or has a value that it cannot have. */
export function checkAttributes(pool: UserPool, attributes: readonly Attribute[]): void {
  for (const { Name, Value } of attributes) {
    const definition = definitionOf(pool, Name);
    if (definition === undefined) {
      throw refusal(`${Name}: Attribute does not exist in the schema.`);
    }
    const { MinLength = "0", MaxLength = "2048" } = definition.StringAttributeConstraints ?? {};
    if (Value.length < Number(MinLength) || Value.length > Number(MaxLength)) {
      throw refusal(`${Name}: String must be between ${MinLength} and ${MaxLength} characters`);
    }
    if (Name === "email" && !isEmail(Value)) {
      throw invalidParameter("Invalid email address format.");
    }
    if (Name.endsWith("_verified") && !["true", "false"].includes(Value.toLowerCase())) {
      throw refusal(`${Name}: Invalid boolean value`);
    }
  }
}

/** Throws where users write what only Cognito and administrators may say of them. */
export function refuseUnwritable(attributes: readonly Attribute[]): void {
  if (attributes.some(({ Name }) => Name.endsWith("_verified"))) {
    throw notAuthorized("A client attempted to write unauthorized attribute");
  }
}

/** Throws where a change of an existing user's attributes is none that the pool allows. */
export function checkChange(pool: UserPool, user: User, attributes: readonly Attribute[]): void {
  checkAttributes(pool, attributes);
  const immutable = attributes.find(({ Name }) => definitionOf(pool, Name)?.Mutable === false);
  if (immutable !== undefined) {
    throw invalidParameter(`user.${immutable.Name}: Attribute cannot be updated.`);
  }
  const email = attributes.find(({ Name }) => Name === "email")?.Value;
  if (email !== undefined && signsInByEmail(pool)) {
    const other = findUser(pool, email);
    if (other !== undefined && other.sub !== user.sub) {
      throw new ServiceError(
        "AliasExistsException",
        "An account with the given email already exists.",
      );
    }
  }
}

/** The names of the required attributes that the user does not have yet. */
export function missingAttributes(pool: UserPool, user: Pick<User, "attributes">): string[] {
  return (pool.settings.Schema ?? [])
    .filter((definition) => definition.Required === true && definition.Name !== "sub")
    .map(nameInPool)
    .filter((name) => attributeOf(user, name) === undefined);
}

/** What a new user gets, from the user name that it is created with. Throws where it cannot be such a user's. */
export function attributesFor(
  pool: UserPool,
  username: string,
  attributes: readonly Attribute[],
): readonly Attribute[] {
  if (!signsInByEmail(pool)) {
    return attributes;
  }
  if (!isEmail(username)) {
    throw invalidParameter("Username should be an email.");
  }
  const others = attributes.filter(({ Name }) => Name !== "email");
  return [{ Name: "email", Value: canonical(pool, username) }, ...others];
}

function isEmail(text: string): boolean {
  return /^[^\s@]+@[^\s@]+$/.test(text);
}
