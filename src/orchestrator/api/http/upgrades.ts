import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../../base/clock.ts';
import type { User } from '../../../kube/client/client.ts';
import { statusError } from '../../../kube/values/status.ts';
import { StreamError } from '../../link/failure.ts';
import { assertAuthorized } from '../authorize.ts';
import { badRequest, notServed } from '../errors.ts';
import { serveSpdy } from '../spdy/connection.ts';
import {
  COMMAND_PROTOCOLS,
  chooseProtocol,
  PORT_FORWARD_PROTOCOLS,
  READ_PROTOCOLS,
} from '../streaming/channels.ts';
import { type CommandStreams, serveCommand } from '../streaming/command.ts';
import { gatherStreams, SPDY_COMMAND_PROTOCOLS, spdyClient } from '../streaming/commandspdy.ts';
import { webSocketClient } from '../streaming/commandwebsocket.ts';
import { proxyUpgrade } from '../streaming/httpproxy.ts';
import type { DialPort } from '../streaming/portforward.ts';
import { PORT_FORWARD_PROTOCOL, serveSpdyForward, TUNNEL_PROTOCOL } from '../streaming/portforwardspdy.ts';
import { serveChannelForward } from '../streaming/portforwardwebsocket.ts';
import { isSpdy, offeredStreamProtocols, startSpdy } from '../streaming/spdyupgrade.ts';
import { tunnel } from '../streaming/tunnel.ts';
import { isWebSocket, offeredProtocols, type Upgrade, type WebSockets } from '../streaming/websocket.ts';
import type { Api, ConnectAnswer, ItemTarget } from '../types.ts';
import { resourceAttributes } from './handler.ts';
import { commandOptions, logParameters, portsOf } from './parameters.ts';
import { backendOf } from './proxying.ts';
import type { ResourceRoute } from './resourcehandlers.ts';

export interface UpgradeCall {
  readonly user: User;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly upgrade: Upgrade;
  /** Aborts when the client's connection is gone. */
  readonly signal: AbortSignal;
}

export interface UpgradeOptions {
  readonly api: Api;
  readonly clock: Clock;
  readonly websockets: WebSockets;
}

/** Takes the connection of a client over and serves it to its end. Rejects with StatusError while an answer in HTTP is still possible. */
export async function serveUpgrade(
  options: UpgradeOptions,
  call: UpgradeCall,
  route: ResourceRoute,
): Promise<void> {
  const { api } = options;
  const { upgrade } = call;
  const { namespace, name, subresource } = route;
  const resource = api.kinds.find(route.group, route.version, route.plural);
  const row = resource?.subresourceRows.find((candidate) => candidate.name === subresource);
  if (!resource) await assertAuthorized(api.authorize, call.user, resourceAttributes(route, 'get'));
  if (!resource || name === undefined || !row || resource.namespaced !== (namespace !== undefined))
    throw notServed();
  const target: ItemTarget = {
    user: call.user,
    resource,
    name,
    subresource: row.name,
    ...(namespace === undefined ? {} : { namespace }),
  };
  if (row.answer === 'proxy') {
    const { method = 'GET' } = upgrade.request;
    const asked = { method, path: call.path, signal: () => call.signal };
    const backend = await backendOf(api, asked, route, { ...target, subresource: row.name });
    return proxyUpgrade(upgrade, backend);
  }
  const server = row.answer && SERVERS[row.answer];
  if (!server) throw statusError('MethodNotAllowed', `${row.name} does not take a connection over`);
  await server(options, call, target);
}

type Server = (options: UpgradeOptions, call: UpgradeCall, target: ItemTarget) => Promise<void>;

const SERVERS: Readonly<Partial<Record<ConnectAnswer, Server>>> = {
  command: serveCommandUpgrade,
  portForward: servePortForwardUpgrade,
  log: serveLogUpgrade,
};

const dialFor = ({ api }: UpgradeOptions, { upgrade: { request } }: UpgradeCall, target: ItemTarget) =>
  api.dial({
    ...target,
    subresource: target.subresource ?? '',
    verb: request.method === 'GET' ? 'get' : 'create',
  });

async function serveCommandUpgrade(
  options: UpgradeOptions,
  call: UpgradeCall,
  target: ItemTarget,
): Promise<void> {
  const { upgrade, query, signal } = call;
  const dial = await dialFor(options, call, target);
  const { streams: asked, ...rest } = commandOptions(query);
  const streams = { ...asked, tellsExit: target.subresource === 'exec' };
  const answer = isWebSocket(upgrade.request)
    ? channelAnswer(options, upgrade, streams)
    : spdyAnswer(options, upgrade, streams);
  // The command must not have begun twice when the client, refused in one protocol, tries another: the protocol has been agreed on by now.
  const stream = await dial({ ...rest, stdin: streams.stdin, tty: streams.tty }, signal);
  const client = await answer().catch(() => undefined);
  if (client) await serveCommand(stream, client, streams);
  else stream.reset(new StreamError('Canceled', 'the client did not open its streams'));
}

function channelAnswer({ websockets }: UpgradeOptions, upgrade: Upgrade, streams: CommandStreams) {
  const protocol = negotiated(upgrade.request, COMMAND_PROTOCOLS);
  return async () => webSocketClient(await websockets.accept(upgrade, protocol.name), protocol, streams);
}

function spdyAnswer({ clock }: UpgradeOptions, upgrade: Upgrade, streams: CommandStreams) {
  const protocol = negotiatedStreams(upgrade.request, SPDY_COMMAND_PROTOCOLS);
  return async () => {
    const gathered = gatherStreams(streams, protocol, clock);
    const connection = serveSpdy(startSpdy(upgrade, protocol.name), clock, gathered.add);
    try {
      return spdyClient(connection, await gathered.complete, protocol);
    } catch (error) {
      connection.close();
      throw error;
    }
  };
}

/** A log as messages (apiserver `wsstream.Reader`). */
async function serveLogUpgrade(
  { api, websockets }: UpgradeOptions,
  { upgrade, query, signal }: UpgradeCall,
  target: ItemTarget,
): Promise<void> {
  const protocol = negotiated(upgrade.request, READ_PROTOCOLS);
  const log = await api.connect({ ...target, subresource: 'log', ...logParameters(query), signal });
  const socket = await websockets.accept(upgrade, protocol.name);
  try {
    for await (const bytes of log as AsyncIterable<Buffer>)
      await socket.send(protocol.isBase64 ? bytes.toString('base64') : bytes);
    socket.close();
  } catch {
    socket.close(1011, 'the log broke off');
  }
}

async function servePortForwardUpgrade(
  options: UpgradeOptions,
  call: UpgradeCall,
  target: ItemTarget,
): Promise<void> {
  const { clock, websockets } = options;
  const { upgrade, query } = call;
  const dial = await dialFor(options, call, target);
  const dialPort: DialPort = (port, signal) => dial({ port }, signal);
  if (!isWebSocket(upgrade.request)) {
    const { name } = negotiatedStreams(upgrade.request, [{ name: PORT_FORWARD_PROTOCOL }]);
    return serveSpdyForward(startSpdy(upgrade, name), dialPort, clock);
  }
  if (offeredProtocols(upgrade.request).includes(TUNNEL_PROTOCOL)) {
    return serveSpdyForward(tunnel(await websockets.accept(upgrade, TUNNEL_PROTOCOL)), dialPort, clock);
  }
  const protocol = negotiated(upgrade.request, PORT_FORWARD_PROTOCOLS);
  const ports = portsOf(query);
  await serveChannelForward(await websockets.accept(upgrade, protocol.name), protocol, ports, dialPort);
}

function negotiated<T extends { readonly name: string }>(request: IncomingMessage, known: readonly T[]): T {
  const offered = offeredProtocols(request);
  const protocol = chooseProtocol(offered, known);
  if (protocol) return protocol;
  const names = known.map(({ name }) => name).join(' ');
  throw badRequest(`requested protocol(s) are not supported: [${offered.join(' ')}]; supports [${names}]`);
}

function negotiatedStreams<T extends { readonly name: string }>(
  request: IncomingMessage,
  known: readonly T[],
): T {
  if (!isSpdy(request)) throw badRequest('unable to upgrade: the server speaks SPDY/3.1 and websocket here');
  const offered = offeredStreamProtocols(request);
  const protocol = chooseProtocol(offered, known);
  if (protocol) return protocol;
  const names = known.map(({ name }) => name).join(' ');
  throw statusError(
    'Forbidden',
    `unable to upgrade: unable to negotiate protocol: client supports [${offered.join(' ')}], server accepts [${names}]`,
  );
}
