import { type Resource, resourceRule } from "../rule";

const required = ["project", "stack"];

/** Configuration reaches a provider as JSON. */
function defaultTags({ provider }: Resource): Readonly<Record<string, string>> {
  const given = provider?.props.defaultTags ?? {};
  const { tags = {} } = typeof given === "string" ? JSON.parse(given) : given;
  return tags;
}

export const tags = resourceRule(
  "tags",
  "What a stack has in AWS says whose it is: by the provider's default tags, or by its own.",
  (resource) => {
    if (!resource.type.startsWith("aws:")) return [];
    const all = { ...defaultTags(resource), ...resource.props.tags };
    return required.filter((tag) => !all[tag]).map((tag) => `It has no tag "${tag}".`);
  },
);
