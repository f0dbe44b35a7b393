import { promisify } from "node:util";
import * as grpc from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import * as engine from "@pulumi/pulumi/proto/engine_pb";
import { ResourceMonitorService } from "@pulumi/pulumi/proto/resource_grpc_pb";
import * as monitor from "@pulumi/pulumi/proto/resource_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import { answer } from "../../cli/preview/answers";

type Values = Readonly<Record<string, JavaScriptValue>>;

export interface Registration {
  readonly type: string;
  readonly name: string;
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  /** The names of the resources that it depends on. */
  readonly dependencies: readonly string[];
  /** As they travel: what a preview does not know yet is `unknown`. */
  readonly inputs: Values;
}

/** How Pulumi's protocol writes a value that is not known yet. */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The part of Pulumi's engine that a program talks to: it answers every registration, and keeps it. */
export interface Engine {
  readonly address: string;
  readonly registrations: readonly Registration[];
  /** The stack's outputs, once the program has ended. */
  readonly outputs: Values;
  /** What the program logged as errors. */
  readonly errors: readonly string[];
  stop(): void;
}

/** In a preview, as in Pulumi's own, new resources have no ids and no outputs beyond their inputs. */
export async function startEngine(options: { readonly preview: boolean }): Promise<Engine> {
  const registrations: Registration[] = [];
  const errors: string[] = [];
  const stack: { outputs: Values } = { outputs: {} };

  const registerResource: Unary<
    monitor.RegisterResourceRequest,
    monitor.RegisterResourceResponse
  > = (request) => {
    const [type, name] = [request.getType(), request.getName()];
    const inputs: Values = request.getObject()?.toJavaScript() ?? {};
    registrations.push({
      type,
      name,
      inputs,
      protect: request.getProtect() ?? false,
      retainOnDelete: request.getRetainondelete() ?? false,
      dependencies: request.getDependenciesList().map((urn) => urn.slice(urn.lastIndexOf(":") + 1)),
    });
    const response = new monitor.RegisterResourceResponse().setUrn(urn(type, name));
    if (options.preview) return response.setObject(Struct.fromJavaScript(inputs));
    const { id, state } = answer(type, name, inputs);
    if (request.getCustom()) response.setId(id);
    return response.setObject(Struct.fromJavaScript(state));
  };

  const registerOutputs: Unary<monitor.RegisterResourceOutputsRequest, Empty> = (request) => {
    if (request.getUrn().includes("pulumi:pulumi:Stack")) {
      stack.outputs = request.getOutputs()?.toJavaScript() ?? {};
    }
    return new Empty();
  };

  const supportsFeature: Unary<monitor.SupportsFeatureRequest, monitor.SupportsFeatureResponse> = (
    request,
  ) =>
    // Without output values, inputs travel as plain values.
    new monitor.SupportsFeatureResponse().setHassupport(request.getId() !== "outputValues");

  const log: Unary<engine.LogRequest, Empty> = (request) => {
    if (request.getSeverity() === engine.LogSeverity.ERROR) errors.push(request.getMessage());
    return new Empty();
  };

  const server = new grpc.Server({ "grpc.max_receive_message_length": -1 });
  server.addService(ResourceMonitorService, {
    supportsFeature: unary(supportsFeature),
    registerResource: unary(registerResource),
    registerResourceOutputs: unary(registerOutputs),
    signalAndWaitForShutdown: unary(() => new Empty()),
  });
  server.addService(EngineService, {
    log: unary(log),
    setRootResource: unary(() => new engine.SetRootResourceResponse()),
  });
  const bind = promisify(server.bindAsync.bind(server));
  const port = await bind("127.0.0.1:0", grpc.ServerCredentials.createInsecure());
  return {
    address: `127.0.0.1:${port}`,
    registrations,
    errors,
    get outputs() {
      return stack.outputs;
    },
    stop: () => server.forceShutdown(),
  };
}

type Unary<Request, Response> = (request: Request) => Response;

/** A handler that answers at once; what it throws reaches the program as the call's failure. */
function unary<Request, Response>(
  handle: Unary<Request, Response>,
): grpc.handleUnaryCall<Request, Response> {
  return ({ request }, callback) => callback(null, handle(request));
}

function urn(type: string, name: string): string {
  return `urn:pulumi:stack::project::${type}::${name}`;
}
