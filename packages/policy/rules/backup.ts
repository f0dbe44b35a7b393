import { isTable, ofType, refers, stackRule } from "../rule";

const isSelection = ofType("aws:backup/selection:Selection");

export const backup = stackRule(
  "backup",
  "Every table is in the selection of a backup plan.",
  (resources) => {
    const selections = resources.filter(isSelection);
    return resources
      .filter(isTable)
      .filter((table) => !selections.some((each) => refers(each, "resources", table, ["arn"])))
      .map((table) => [table, "No aws.backup.Selection names the table."] as const);
  },
);
