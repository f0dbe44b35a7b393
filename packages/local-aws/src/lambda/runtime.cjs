// The part of Lambda's Node.js runtime that runs inside the function's process: it loads the handler and calls it
// with the events from the parent. Plain JavaScript, because the function runs in plain Node.js, as deployed.
"use strict";

const { existsSync } = require("node:fs");
const { basename, dirname, join } = require("node:path");
const { pathToFileURL } = require("node:url");

/** "folder/file.name.inner" is `exports.name.inner` of folder/file.js. */
async function loadHandler() {
  const handler = process.env._HANDLER;
  const [file, ...names] = basename(handler).split(".");
  const path = join(process.env.LAMBDA_TASK_ROOT, dirname(handler), file);
  const module = existsSync(`${path}.mjs`)
    ? await import(pathToFileURL(`${path}.mjs`).href)
    : require(path);
  const found = names.reduce((value, name) => value?.[name], module);
  if (typeof found !== "function") {
    throw errorNamed("Runtime.HandlerNotFound", `${handler} is undefined or not exported`);
  }
  if (found.length >= 3) {
    throw errorNamed(
      "Runtime.CallbackHandlerDeprecated",
      "callback-based handlers are not supported: Lambda has removed them with Node.js 24",
    );
  }
  return found;
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
