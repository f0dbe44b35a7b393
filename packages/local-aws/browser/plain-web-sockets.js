// aws-amplify opens its subscriptions over TLS only. Imported before it, this lets a page of this machine subscribe to an
// API that is served without TLS: `wss:` to the machine itself becomes `ws:`. Other addresses are left alone, so that it
// does no harm where it is deployed by mistake.

const Native = globalThis.WebSocket;

globalThis.WebSocket = class WebSocket extends Native {
  constructor(url, protocols) {
    super(String(url).replace(/^wss:(?=\/\/(localhost|127\.0\.0\.1)(:|\/|$))/, "ws:"), protocols);
  }
};
