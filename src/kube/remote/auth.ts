import { readFile } from 'node:fs/promises';
import type { Agent } from 'node:http';
import type { RequestOptions } from 'node:https';
import type { Clock } from '../../base/clock.ts';
import type { Credentials, PlainCredentials, PluginCredentials } from './kubeconfig.ts';

/** Who we are on one request, and what the TLS connection under it is made with. */
export interface Identity {
  readonly server: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsIdentity;
  /** An agent that goes through the kubeconfig's proxy; absent: connect directly. */
  readonly proxy?: Agent;
}

export interface TlsIdentity {
  readonly ca?: Buffer | string;
  readonly cert?: Buffer | string;
  readonly key?: Buffer | string;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

/** Asked before every request; answers from memory unless a token has grown old. */
export type Authenticate = () => Promise<Identity>;

export function authenticator(credentials: Credentials, clock: Clock): Authenticate {
  return credentials.type === 'plain' ? plain(credentials, clock) : plugin(credentials);
}

/** client-go rereads token files once a minute (`transport/token_source.go`). */
const TOKEN_FILE_PERIOD = 60_000;

function plain(credentials: PlainCredentials, clock: Clock): Authenticate {
  const { server, ca, cert, key, serverName, insecure, authorization, tokenFile, impersonate } = credentials;
  const tls: TlsIdentity = {
    ...(ca ? { ca } : {}),
    ...(cert ? { cert } : {}),
    ...(key ? { key } : {}),
    ...(serverName ? { servername: serverName } : {}),
    rejectUnauthorized: !insecure,
  };
  const headersWith = (value: string | undefined) => ({
    ...(value ? { authorization: value } : {}),
    ...(impersonate ? { 'impersonate-user': impersonate } : {}),
  });
  if (!tokenFile) {
    const identity = { server, headers: headersWith(authorization), tls };
    return async () => identity;
  }
  let read: { readonly at: number; readonly identity: Identity } | undefined;
  return async () => {
    const now = clock.monotonic();
    if (!read || now - read.at >= TOKEN_FILE_PERIOD) {
      const token = (await readFile(tokenFile, 'utf8')).trim();
      read = { at: now, identity: { server, headers: headersWith(`Bearer ${token}`), tls } };
    }
    return read.identity;
  };
}

/** Exec plugins, OIDC and proxies. The import costs about 300 ms and 80 MB, so only who needs it pays. */
function plugin(credentials: PluginCredentials): Authenticate {
  const loading = async () => {
    const { KubeConfig } = await import('@kubernetes/client-node');
    const config = new KubeConfig();
    config.loadFromString(credentials.text);
    config.setCurrentContext(credentials.context);
    return config;
  };
  let config: ReturnType<typeof loading> | undefined;
  return async () => {
    config ??= loading();
    const loaded = await config;
    const options: RequestOptions = { headers: {} };
    await loaded.applyToHTTPSOptions(options);
    const { ca, cert, key, servername, rejectUnauthorized } = options as TlsIdentity;
    const headers: Record<string, string> = { ...(options.headers as Record<string, string>) };
    if (options.auth) headers.authorization = `Basic ${Buffer.from(options.auth).toString('base64')}`;
    const proxied = loaded.getCurrentCluster()?.proxyUrl !== undefined;
    return {
      server: credentials.server,
      headers,
      tls: {
        ...(ca ? { ca } : {}),
        ...(cert ? { cert } : {}),
        ...(key ? { key } : {}),
        ...(servername ? { servername } : {}),
        ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
      },
      ...(proxied && options.agent ? { proxy: options.agent as Agent } : {}),
    };
  };
}
