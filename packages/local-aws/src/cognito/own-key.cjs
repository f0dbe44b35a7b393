// Loaded into cognito-local's process before cognito-local. Its package contains its key pair, so anybody could sign
// valid tokens: each start gets a new pair instead. Tokens of an earlier start thereby become invalid.
"use strict";

const { generateKeyPairSync } = require("node:crypto");

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
// The key id that cognito-local writes into the tokens that it signs.
const header = { kid: "CognitoLocal", use: "sig", alg: "RS256" };

replace("private", privateKey);
replace("public", publicKey);

function replace(kind, key) {
  const file = require.resolve(`cognito-local/lib/keys/cognitoLocal.${kind}.json`);
  const exports = {
    jwk: { ...key.export({ format: "jwk" }), ...header },
    pem: key.export({ format: "pem", type: "pkcs1" }),
  };
  require.cache[file] = { id: file, filename: file, loaded: true, exports };
}
