/**
 * graphql-java 9's validation rules, in its order and with its texts, which AppSync shows to clients. Where the versions
 * differ, the texts are those of public AppSync threads, which are older than 9.7.
 */
import * as fields from "./fields";
import * as fragments from "./fragments";
import * as operations from "./operations";
import { overlappingFieldsCanBeMerged } from "./overlapping-fields";
import type { Rule } from "./rule";
import * as variables from "./variables";

export function rulesFor(introspection: boolean): readonly Rule[] {
  return [
    operations.executableDefinitions,
    fields.argumentsOfCorrectType,
    fields.fieldsOnCorrectType(introspection),
    fragments.fragmentsOnCompositeType,
    fields.knownArgumentNames,
    fields.knownDirectives,
    fragments.knownFragmentNames,
    fragments.knownTypeNames,
    fragments.noFragmentCycles,
    variables.noUndefinedVariables,
    fragments.noUnusedFragments,
    variables.noUnusedVariables,
    overlappingFieldsCanBeMerged,
    fragments.possibleFragmentSpreads,
    fields.providedNonNullArguments,
    fields.scalarLeafs,
    variables.defaultValuesOfCorrectType,
    variables.variablesAreInputTypes,
    variables.variableTypesMatch,
    operations.loneAnonymousOperation,
    operations.uniqueOperationNames,
    fragments.uniqueFragmentNames,
    fields.uniqueDirectives,
  ];
}
