import { createHash, createHmac, getDiffieHellman, hkdfSync, randomBytes } from "node:crypto";

// SRP-6a (RFC 5054) with the group, the hashes and the key derivation that Cognito's clients use: both sides of it, for
// the engine and for the client of this package.
// Source: aws-amplify's AuthenticationHelper, which the tests sign in with.

/** The 3072-bit group of RFC 3526. */
const N = toInteger(getDiffieHellman("modp15").getPrime());
const g = 2n;
const k = toInteger(sha256(padded(N), padded(g)));

export interface KeyPair {
  readonly secret: bigint;
  readonly shared: bigint;
}

/** The client's ephemeral keys, a and A. */
export function clientKeys(): KeyPair {
  const secret = randomInteger();
  return { secret, shared: power(g, secret) };
}

/** The server's ephemeral keys, b and B. */
export function serverKeys(verifier: bigint): KeyPair {
  const secret = randomInteger();
  return { secret, shared: (k * verifier + power(g, secret)) % N };
}

/** Whom a password belongs to, as the password's hash takes it in. */
export interface Identity {
  readonly userPoolId: string;
  /** USER_ID_FOR_SRP */
  readonly userId: string;
}

/** What a server keeps instead of the password. */
export function verifierOf(identity: Identity, password: string, salt: bigint): bigint {
  return power(g, passwordHash(identity, password, salt));
}

/** The key that both sides come to, computed by the client. */
export function clientKey(
  keys: KeyPair,
  B: bigint,
  password: { readonly identity: Identity; readonly text: string; readonly salt: bigint },
): Buffer {
  const x = passwordHash(password.identity, password.text, password.salt);
  const u = scrambler(keys.shared, B);
  const base = (((B - k * power(g, x)) % N) + N) % N;
  return derivedKey(power(base, keys.secret + u * x), u);
}

/** The key that both sides come to, computed by the server. */
export function serverKey(keys: KeyPair, A: bigint, verifier: bigint): Buffer {
  const u = scrambler(A, keys.shared);
  return derivedKey(power((A * power(verifier, u)) % N, keys.secret), u);
}

/** Whether a client may come with it: a multiple of N would make the key known without the password. */
export function isClientKey(A: bigint): boolean {
  return A % N !== 0n;
}

/** PASSWORD_CLAIM_SIGNATURE: the proof that the client has the key. */
export function signature(
  key: Buffer,
  { userPoolId, userId }: Identity,
  secretBlock: string,
  timestamp: string,
): string {
  return createHmac("sha256", key)
    .update(poolName(userPoolId) + userId)
    .update(Buffer.from(secretBlock, "base64"))
    .update(timestamp)
    .digest("base64");
}

/** TIMESTAMP, e.g. `Tue Nov 3 09:05:00 UTC 2026`: the day has no leading zero. */
export function timestampOf(date: Date): string {
  const [weekday, day, month, year, time] = date.toUTCString().replace(",", "").split(" ");
  return `${weekday} ${month} ${Number(day)} ${time} UTC ${year}`;
}

export function randomSalt(): bigint {
  return toInteger(randomBytes(16));
}

function passwordHash({ userPoolId, userId }: Identity, password: string, salt: bigint): bigint {
  const inner = sha256(Buffer.from(`${poolName(userPoolId)}${userId}:${password}`));
  return toInteger(sha256(padded(salt), inner));
}

function scrambler(A: bigint, B: bigint): bigint {
  return toInteger(sha256(padded(A), padded(B)));
}

function derivedKey(secret: bigint, u: bigint): Buffer {
  return Buffer.from(hkdfSync("sha256", padded(secret), padded(u), "Caldera Derived Key", 16));
}

/** The part of a pool's id after its region. */
function poolName(userPoolId: string): string {
  return userPoolId.split("_")[1] ?? "";
}

/** As many bits as the hashes have. */
function randomInteger(): bigint {
  return toInteger(randomBytes(32));
}

/** From the first bit on, so that powers of the small g cost little more than their squares. */
function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % N;
    if (bit === "1") {
      result = (result * base) % N;
    }
  }
  return result;
}

/** The bytes of a positive integer as Java's BigInteger has them: with a leading zero where the first bit is set. */
function padded(value: bigint): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), "0"), "hex");
  return (bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([Buffer.of(0), bytes]);
}

function toInteger(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString("hex")}`);
}

function sha256(...parts: readonly Buffer[]): Buffer {
  return createHash("sha256").update(Buffer.concat(parts)).digest();
}
