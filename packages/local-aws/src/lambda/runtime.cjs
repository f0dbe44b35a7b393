// The part of Lambda's Node.js runtime that runs inside the function's process: it loads the handler and calls it
// with the events from the parent. Plain JavaScript, because the function runs in plain Node.js, as deployed.
"use strict";

const { existsSync } = require("node:fs");
const { basename, dirname, join } = require("node:path");
const { pathToFileURL } = require("node:url");

/** "folder/file.name.inner" is `exports.name.inner` of folder/file.js, or of a file of another extension. */
async function loadHandler() {
  const handler = process.env._HANDLER;
  const [file, ...names] = basename(handler).split(".");
  const module = await load(join(process.env.LAMBDA_TASK_ROOT, dirname(handler), file));
  const found = names.reduce((value, name) => value?.[name], module);
  if (typeof found !== "function") {
    throw errorNamed("Runtime.HandlerNotFound", `${handler} is undefined or not exported`);
  }
  return found.length >= 3 ? withoutCallback(found) : found;
}

/** In the order that Lambda's own runtime looks for the file in. */
async function load(path) {
  const extension = [".js", ".mjs", ".cjs"].find((each) => existsSync(path + each)) ?? "";
  const file = path + extension;
  if (extension === ".mjs") {
    return await import(pathToFileURL(file).href);
  }
  try {
    return require(file);
  } catch (error) {
    // An ES module that older versions do not require, or one that awaits at its top level.
    if (error.code !== "ERR_REQUIRE_ESM" && error.code !== "ERR_REQUIRE_ASYNC_MODULE") {
      throw error;
    }
    return await import(pathToFileURL(file).href);
  }
}

/** A handler that answers by a callback, as they may up to Node.js 22. */
function withoutCallback(handler) {
  if (Number(/nodejs(\d+)/.exec(process.env.AWS_EXECUTION_ENV)?.[1] ?? 24) >= 24) {
    throw errorNamed(
      "Runtime.CallbackHandlerDeprecated",
      "callback-based handlers are not supported: Lambda has removed them with Node.js 24",
    );
  }
  return (event, context) =>
    new Promise((resolve, reject) => {
      const callback = (error, result) => (error ? reject(error) : resolve(result));
      const returned = handler(event, context, callback);
      if (typeof returned?.then === "function") {
        returned.then(resolve, reject);
      }
    });
}

const loaded = loadHandler().then(
  (handler) => ({ handler }),
  (error) => ({ error }),
);
void loaded.then(() => process.send({ ready: true }));

process.on("message", async ({ requestId, event, deadline, functionArn }) => {
  try {
    const { handler, error } = await loaded;
    if (error !== undefined) {
      throw error;
    }
    const result = await handler(JSON.parse(event), contextOf(requestId, deadline, functionArn));
    process.send({ requestId, result: JSON.stringify(result) ?? "null" });
  } catch (error) {
    const failure = describe(error);
    console.error(`${new Date().toISOString()}\t${requestId}\tERROR\tInvoke Error\t`, failure);
    process.send({ requestId, failure });
  }
});

// Without the parent no events arrive.
process.on("disconnect", () => process.exit());

function contextOf(awsRequestId, deadline, invokedFunctionArn) {
  const { env } = process;
  return {
    awsRequestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    invokedFunctionArn,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
  };
}

function describe(error) {
  return error instanceof Error
    ? { errorType: error.name, errorMessage: error.message, trace: String(error.stack).split("\n") }
    : { errorType: typeof error, errorMessage: String(error), trace: [] };
}

function errorNamed(name, message) {
  return Object.assign(new Error(message), { name });
}
