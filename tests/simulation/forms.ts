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
