import { isDeepStrictEqual } from "node:util";
import type { Item } from "./conditions";
import type { Asked } from "./subject";

// The form of a stored event changes when the templates do: a later form has another schema version, and a field more. Every
// release that works beside such templates can read both.

/** Far from the schema versions of any domain. */
const later = 100;
const newField = "channel";

/** What newer templates record of the same input. */
export const inNewForm = (asked: Asked): Asked => ({
  ...asked,
  schemaVersion: asked.schemaVersion + later,
  data: { ...asked.data, [newField]: "web" },
});

/** An event as templates have recorded it before they changed: upcasting, the other way around. */
export const inOldForm = <Event>(event: Event): Event => {
  const { schemaVersion, data, ...rest } = Object(event) as Item;
  const fields = Object(data) as Item;
  if (typeof schemaVersion !== "number" || fields[newField] === undefined) return event;
  const { [newField]: _, ...older } = fields;
  return { ...rest, schemaVersion: schemaVersion - later, data: older } as Event;
};

/** What makes two events the same command, whatever the form in which they were recorded. */
export const isSameCommand = (stored: Item, item: Item): boolean => {
  const hasSameForm = stored.schemaVersion === item.schemaVersion;
  const [before, now] = [stored.data, item.data].map((data) => Object(data) as Item);
  const shared = Object.keys(now ?? {}).filter((field) => Object.hasOwn(before ?? {}, field));
  return (
    ["commandId", "actor", "type"].every((field) => stored[field] === item[field]) &&
    (hasSameForm
      ? isDeepStrictEqual(before, now)
      : shared.every((field) => isDeepStrictEqual(before?.[field], now?.[field])))
  );
};
