import * as pulumi from "@pulumi/pulumi";

/**
 * The type of a component, such as `event-ledger:infra:Api`. It begins with the project of the program that uses the
 * component: the local cloud takes such a component for the program's own, which is known by its children, and refuses
 * others. Keep the rest as it is: the type is part of the identity of every resource below the component.
 */
export function componentType(name: string): string {
  return `${pulumi.getProject()}:infra:${name}`;
}
