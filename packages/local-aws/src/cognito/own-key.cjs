// Loaded into cognito-local's process before cognito-local. Its key pair is part of its package, so anybody could sign
// tokens that it would vouch for: this start gets a pair of its own. Tokens of an earlier start become invalid by it.
"use strict";

const { generateKeyPairSync } = require("node:crypto");

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
// cognito-local names this key in the tokens that it signs.
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
