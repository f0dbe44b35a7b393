import * as pulumi from "@pulumi/pulumi";

/**
 * The type of a component, such as `event-ledger:infra:Api`. It begins with the project of the program that uses the
 * component: the local cloud takes such a component for the program's own, which is known by its children, and refuses
 * others. Keep the rest as it is: the type is part of the identity of every resource below the component.
 */
export function componentType(name: string): string {
  return `${pulumi.getProject()}:infra:${name}`;
}

/** How records of what happened are kept. Not `Input`s: resource options take plain values only. */
export interface Staying {
  /** Leave it in AWS when it leaves the stack; and let AWS refuse to delete what holds data. */
  keepData: boolean;
}

/** How what holds data is kept. */
export interface Keeping extends Staying {
  /** Let a change replace it by an empty one, and let it leave the stack. */
  allowReplacement: boolean;
}

/**
 * The options of a resource that holds data. Of a protected resource Pulumi refuses every deletion, and every change that
 * AWS can only make by a replacement, before it begins: in a preview as in an update. A hook could not do that: before a
 * creation it does not learn that something is replaced, and before a deletion the new resource is there already.
 */
export function keeping(args: Keeping): pulumi.CustomResourceOptions {
  return { protect: !args.allowReplacement, ...staying(args) };
}

/**
 * The options of a record of what happened, such as a log, and of what can be switched off: it stays in AWS where data is
 * kept, and the stack is not stuck.
 */
export function staying({ keepData }: Staying): pulumi.CustomResourceOptions {
  return { retainOnDelete: keepData };
}
