/**
 * AppSync on one machine: one server for one GraphQL API, over HTTP and WebSocket.
 *
 * The API is defined by the inputs of its resources and nothing else. Unsupported AppSync features are rejected: at
 * the resource's creation where possible, otherwise with a GraphQL error.
 */
import { createServer as createHttpServer, type IncomingMessage, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { listen } from "../http-server";
import type { Inputs } from "../inputs";
import { ApiBuilder, type ApiServices } from "./api-builder";
import { type Endpoint, graphqlPath, handleHttp } from "./http";
import { Realtime, realtimePath } from "./realtime";
import { Subscriptions } from "./subscriptions";

export interface AppSyncOptions extends ApiServices {
  /** Any free port if 0 or omitted. */
  readonly port?: number;
  /** PEM texts; with them the server speaks https and wss instead of http and ws. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

export interface CreatedApi {
  readonly id: string;
  readonly arn: string;
  readonly uris: { readonly GRAPHQL: string; readonly REALTIME: string };
}

export class AppSync {
  #builder: ApiBuilder | undefined;
  #endpoint: Endpoint | undefined;
  readonly #server: Server;
  readonly #realtime: Realtime;
  readonly #options: AppSyncOptions;

  /** Not yet listening: see `start`. */
  constructor(options: AppSyncOptions) {
    this.#options = options;
    const { log, tls } = options;
    const create = tls === undefined ? createHttpServer : createHttpsServer.bind(undefined, tls);
    this.#server = create((message, response) => {
      handleHttp(this.#endpoint, message, response, log).catch((error: unknown) => {
        log(`AppSync: ${error instanceof Error ? error.stack : String(error)}`);
        response.destroy();
      });
    });
    this.#realtime = new Realtime(() => this.#endpoint, log);
    this.#server.on("upgrade", (message: IncomingMessage, socket, head) => {
      this.#realtime.handleUpgrade(message, socket, head);
    });
  }

  /** Listens on 127.0.0.1. Throws an Error when the port is in use. */
  static async start(options: AppSyncOptions): Promise<AppSync> {
    const appSync = new AppSync(options);
    await listen(appSync.#server, { name: "AppSync", port: options.port ?? 0 });
    return appSync;
  }

  createApi(inputs: Inputs): CreatedApi {
    if (this.#builder !== undefined) {
      throw new Error(`API ${inputs.name}: there is room for one API locally, and it is taken`);
    }
    this.#builder = new ApiBuilder(inputs, this.#options);
    const { api, arn, id } = this.#builder;
    this.#endpoint = { api, subscriptions: new Subscriptions(api) };
    const { port } = this.#server.address() as AddressInfo;
    const secure = this.#options.tls === undefined ? "" : "s";
    const uris = {
      GRAPHQL: `http${secure}://127.0.0.1:${port}${graphqlPath}`,
      REALTIME: `ws${secure}://127.0.0.1:${port}${realtimePath}`,
    };
    return { id, arn, uris };
  }

  createDataSource(apiId: string, inputs: Inputs): void {
    this.#builderOf(apiId).addDataSource(inputs);
  }

  /** Returns the function's id. */
  createFunction(apiId: string, inputs: Inputs): string {
    return this.#builderOf(apiId).addFunction(inputs);
  }

  createResolver(apiId: string, inputs: Inputs): void {
    this.#builderOf(apiId).addResolver(inputs);
  }

  async stop(): Promise<void> {
    this.#realtime.stop();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  #builderOf(apiId: string): ApiBuilder {
    if (this.#builder?.id !== apiId) {
      throw new Error(`there is no API with the id ${apiId}`);
    }
    return this.#builder;
  }
}
