/** The names of all alarms. */
export const alarmNames: readonly string[] = [
  "suspended",
  "suspendedInRebuild",
  "unreadable",
  "laterRelease",
  "streamsFailing",
  "rebuildsFailing",
  "publishing",
  "projectorStopped",
  "rebuilderStopped",
  "lag",
  "failures",
  "dropped",
  "rebuilds",
  ...["projector", "rebuilder", "resumer"].flatMap((name) => [
    `${name}Errors`,
    `${name}Throttles`,
    `${name}Slow`,
  ]),
  "apiErrors",
  "apiSlow",
  ...["events", "readModel", "ownerIndex"].flatMap((name) => [
    `${name}ReadThrottled`,
    `${name}WriteThrottled`,
  ]),
];
