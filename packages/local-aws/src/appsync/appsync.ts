/**
 * AppSync on one machine: one server for one GraphQL API, over HTTP and WebSocket.
 *
 * The API is defined by the inputs of its resources and nothing else. Unsupported AppSync features are rejected: at
 * the resource's creation where possible, otherwise with a GraphQL error.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { type Meters, unmetered } from "../cloudwatch/metrics";
import { type RunningServer, serve } from "../http-server";
import type { Inputs } from "../inputs";
import { type TraceSink, tracing } from "../trace";
import type { Api } from "./api";
import { ApiBuilder, type ApiServices } from "./api-builder";
import type { ApiKey } from "./api-keys";
import { Changes } from "./changes";
import { type Endpoint, graphqlPath, handleHttp, type InterceptRequest } from "./http";
import { Realtime, realtimePath } from "./realtime";
import { Subscriptions } from "./subscriptions";

export interface AppSyncOptions extends ApiServices {
  /** For tests: faults in the API's answers. */
  readonly intercept?: InterceptRequest | undefined;
  readonly meters?: Meters | undefined;
  /** Any free port if 0 or omitted. */
  readonly port?: number;
  /** PEM texts; with them the server speaks https and wss instead of http and ws. */
  /** What a front end that asks for its configuration gets. */
  readonly configuration?: () => unknown;
  /** Gets told what each request does. */
  readonly trace?: TraceSink | undefined;
  readonly tls?: { readonly key: string; readonly cert: string };
}

export interface CreatedApi {
  readonly id: string;
  readonly arn: string;
  readonly uris: { readonly GRAPHQL: string; readonly REALTIME: string };
}

/** Connections hold it: they see the API as it is changed. */
interface ChangingEndpoint extends Endpoint {
  api: Api;
}

export class AppSync {
  #builder: ApiBuilder | undefined;
  /** The API that is being made anew, while the one of `#builder` is served. */
  #next: ApiBuilder | undefined;
  #updating = false;
  #endpoint: ChangingEndpoint | undefined;
  /** Of its one API. */
  readonly changes = new Changes();
  readonly #options: AppSyncOptions;
  readonly #realtime: Realtime;
  readonly #server: RunningServer;

  constructor(options: AppSyncOptions, realtime: Realtime, server: RunningServer) {
    this.#options = options;
    this.#realtime = realtime;
    this.#server = server;
  }

  /** Listens on 127.0.0.1. Throws an Error when the port is in use. */
  static async start(options: AppSyncOptions): Promise<AppSync> {
    const { port = 0, tls, log } = options;
    const realtime: Realtime = new Realtime(() => appSync.#endpoint, log);
    const upgrade = realtime.handleUpgrade.bind(realtime);
    const server = await serve({ name: "AppSync", port, tls, upgrade }, (message, response) =>
      tracing(options.trace, () =>
        appSync.#measure(message, response, () =>
          handleHttp(appSync.#endpoint, message, response, log),
        ),
      ),
    );
    const appSync: AppSync = new AppSync(options, realtime, server);
    return appSync;
  }

  createApi(inputs: Inputs): CreatedApi {
    if ((this.#updating ? this.#next : this.#builder) !== undefined) {
      throw new Error(`API ${inputs.name}: there is room for one API locally, and it is taken`);
    }
    const builder = new ApiBuilder(inputs, this.#options, this.#builder);
    const { api, arn, id } = builder;
    if (this.#updating) {
      this.#next = builder;
    } else {
      this.#builder = builder;
      const endpoint: ChangingEndpoint = {
        api,
        subscriptions: new Subscriptions(() => endpoint.api),
        intercept: this.#options.intercept,
        configuration: () => this.#options.configuration?.() ?? {},
      };
      this.#endpoint = endpoint;
    }
    const { url } = this.#server;
    const uris = {
      GRAPHQL: `${url}${graphqlPath}`,
      REALTIME: `${url.replace("http", "ws")}${realtimePath}`,
    };
    return { id, arn, uris };
  }

  /** @param key what the key's random part is; made up where it is left out */
  createApiKey(apiId: string, inputs: Inputs, key?: string): ApiKey {
    return this.#builderOf(apiId).addApiKey(inputs, key);
  }

  createDataSource(apiId: string, inputs: Inputs): void {
    this.#builderOf(apiId).addDataSource(inputs);
  }

  /** Begins to make the API anew, from all of its parts. Until `endUpdate` it is served as it was. */
  beginUpdate(): void {
    this.#updating = this.#builder !== undefined;
    this.#next = undefined;
  }

  endUpdate(): void {
    if (this.#next !== undefined && this.#endpoint !== undefined) {
      this.#builder = this.#next;
      this.#endpoint.api = this.#next.api;
    }
    this.#updating = false;
    this.#next = undefined;
  }

  /** Returns the function's id. */
  createFunction(apiId: string, inputs: Inputs): string {
    return this.#builderOf(apiId).addFunction(inputs);
  }

  createResolver(apiId: string, inputs: Inputs): void {
    this.#builderOf(apiId).addResolver(inputs);
  }

  /** Source: "CloudWatch metrics" in the AppSync Developer Guide. */
  async #measure(
    { method, url = "" }: IncomingMessage,
    response: ServerResponse,
    handle: () => Promise<void>,
  ): Promise<void> {
    const { meters = unmetered } = this.#options;
    const startedAt = meters.now();
    await handle();
    const id = this.#builder?.id;
    if (id === undefined || method === "OPTIONS" || !url.startsWith(graphqlPath)) {
      return;
    }
    const measure = (name: string, value: number, unit?: string): void =>
      meters.measure(
        { namespace: "AWS/AppSync", name, dimensions: { GraphQLAPIId: id } },
        value,
        unit,
      );
    const kind = Math.floor(response.statusCode / 100);
    measure("4XXError", kind === 4 ? 1 : 0);
    measure("5XXError", kind === 5 ? 1 : 0);
    measure("Latency", meters.now() - startedAt, "Milliseconds");
  }

  async stop(): Promise<void> {
    this.#realtime.stop();
    await this.#server.stop();
  }

  #builderOf(apiId: string): ApiBuilder {
    const builder = this.#updating ? this.#next : this.#builder;
    if (builder?.id !== apiId) {
      throw new Error(`there is no API with the id ${apiId}`);
    }
    return builder;
  }
}
