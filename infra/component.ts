import * as pulumi from "@pulumi/pulumi";

/**
 * The type of a component, such as `event-ledger:infra:Api`. It begins with the project of the program that uses the
 * component: the local cloud takes such a component for the program's own, which is known by its children, and refuses
 * others. Keep the rest as it is: the type is part of the identity of every resource below the component.
 */
export function componentType(name: string): string {
  return `${pulumi.getProject()}:infra:${name}`;
}

/**
 * For what holds data or a record of what happened: guard it against deletion, and leave it in AWS when the stack is
 * destroyed. Not an `Input`: resource options take plain values only.
 */
export interface Keeping {
  keepData: boolean;
}

/** The options of such a resource. */
export function keeping({ keepData }: Keeping): pulumi.CustomResourceOptions {
  return { protect: keepData, retainOnDelete: keepData };
}
