import { type Asker, asker } from './ask.ts';
import { type RunningServer, startHttpsServer } from './httpserver.ts';

export interface AskedServer extends Asker {
  readonly server: RunningServer;
}

/** Gives the suite around the call one server for all of its tests, and asks it as the administrator. */
export function useHttpsServer(): AskedServer {
  let server: RunningServer;
  let http: Asker;
  before(async () => {
    server = await startHttpsServer();
    http = asker(server);
  });
  after(() => server.close());
  return {
    get server() {
      return server;
    },
    ask: (path, options) => http.ask(path, options),
    json: (path, options) => http.json(path, options),
  };
}
