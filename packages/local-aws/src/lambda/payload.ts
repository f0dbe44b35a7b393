/** Lambda accepts events of at most 6 MB; the rest is reserved for the JSON around the records. */
export const maxPayloadCharacters = 5_500_000;

/**
 * As many of the first records as an event may have. One that is too large is alone.
 * @param sizeOf a record's length as JSON
 */
export function firstThatFit<R>(
  records: readonly R[],
  sizeOf: (record: R) => number,
): readonly R[] {
  let size = 0;
  const firstTooMany = records.findIndex((record) => {
    size += sizeOf(record);
    return size > maxPayloadCharacters;
  });
  return firstTooMany === -1 ? records : records.slice(0, Math.max(1, firstTooMany));
}
