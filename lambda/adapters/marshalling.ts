import type { unmarshallOptions } from "@aws-sdk/util-dynamodb";

/**
 * Converts stored numbers, for the stream and the tables alike: the hash chain is over these values. A number that
 * JavaScript cannot represent exactly becomes a bigint, or a text where it has a fraction.
 */
export const numbers: Readonly<unmarshallOptions> = Object.freeze({
  wrapNumbers: (text: string) => {
    const number = Number(text);
    if (Number.isSafeInteger(number)) return number;
    return /^-?\d+$/.test(text) ? BigInt(text) : text;
  },
});
