/** The control plane with its HTTPS face, which is what `compose` starts. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { authority as authorityOf, reachable } from '../base/authority.ts';
import type { User } from '../kube/client/client.ts';
import { writeKubeconfig } from '../kube/remote/kubeconfigfile.ts';
import { anyOf } from './api/auth/authenticator.ts';
import { oidcAuthenticator } from './api/auth/oidc/oidc.ts';
import { readOidcOptions } from './api/auth/oidc/options.ts';
import { ADMIN, nodeSubject } from './api/auth/pki.ts';
import { ISSUER } from './api/auth/serviceaccounts/tokens.ts';
import { openTokens } from './api/auth/tokens.ts';
import { createHttpsServer } from './api/http/apiserver.ts';
import { type AuditOptions, auditTrails } from './api/http/audit.ts';
import type { ImageSource } from './api/http/images.ts';
import { createNodeLinks } from './api/http/links.ts';
import { type ControlPlane, type ControlPlaneOptions, createControlPlane } from './controlplane.ts';

/** The authority of the cluster issues certificates for the rest of the product as well. */
export { LOCAL_NAMES, openAuthority } from './api/auth/pki.ts';
export type { ImageSource } from './api/http/images.ts';

/** PEM texts: whom to trust, and who one is. */
export interface Credentials {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export interface ServedControlPlane extends ControlPlane {
  /** Serves the API over TLS. Port 0 takes a free one; rejects with ProblemError when the address cannot be had. */
  listen(host: string, port: number): Promise<{ readonly host: string; readonly port: number }>;
  /** Answers a request to the API that another server of this process has received from `user`; `request.url` is the path without its prefix. */
  serveAs(request: IncomingMessage, response: ServerResponse, user: User): Promise<void>;
  /** Takes the bearers of further tokens for who this says; asked after all others. */
  admitTokens(knows: (token: string) => Promise<User | undefined>): void;
  /** Writes a kubeconfig (mode 0600) for the API at `server`: an administrator's, or that of a node's agent. */
  writeKubeconfig(path: string, server: string, who: 'admin' | { readonly node: string }): Credentials;
}

/** The control plane with its HTTPS face: its own authority, certificates and tokens, and the links that agents dial. */
export async function createServedControlPlane(
  options: Omit<ControlPlaneOptions, 'nodeConnections'> & {
    /** A file that says whose ID tokens sign users in (`api/auth/oidc/options.ts`). */
    readonly oidcFile?: string;
    /** What nodes on other machines get images of processes from; default: nowhere. */
    readonly images?: ImageSource;
    /** What of its requests is recorded, and where; default: nothing. */
    readonly audit?: AuditOptions;
  },
): Promise<ServedControlPlane> {
  const { dataDir, clock, logger, oidcFile, audit } = options;
  const oidc = oidcFile === undefined ? undefined : readOidcOptions(oidcFile);
  const links = createNodeLinks({ clock, logger });
  // The store comes first: its lock is what keeps a second daemon off everything else below.
  const plane = await createControlPlane({ ...options, nodeConnections: links.connection });
  const { pki } = plane;
  let bound: { readonly host: string; readonly port: number } | undefined;
  let isStarted = false;
  let knows: (token: string) => Promise<User | undefined> = async () => undefined;
  const publish = async () => {
    if (isStarted && bound) await plane.publish(reachable(bound.host), bound.port);
  };
  const { issuer, authenticate, keySet } = plane.serviceAccounts;
  const server = createHttpsServer({
    api: plane.api,
    pki,
    tokens: {
      tokens: anyOf([
        openTokens(join(dataDir, 'pki', 'tokens')),
        authenticate,
        plane.bootstrapTokens,
        ...(oidc ? [oidcAuthenticator(oidc, clock)] : []),
        async (token) => {
          const user = await knows(token);
          return user && { type: 'user', user };
        },
      ]),
      audiences: issuer.audiences,
      onRefused: (reason) => logger.info({ reason }, 'a bearer token was refused'),
    },
    issuer: {
      issuer: ISSUER,
      keySet,
      address: () => (bound ? `https://${authorityOf(bound.host, bound.port)}` : ''),
    },
    links,
    ...(options.images ? { images: options.images } : {}),
    aggregator: plane.aggregator,
    clock,
    logger,
    ...(audit
      ? { trails: auditTrails({ ...audit, authorize: plane.api.authorize, clock, uuid: randomUUID }) }
      : {}),
  });
  return {
    ...plane,
    async listen(host, port) {
      bound = await server.listen(host, port);
      await publish();
      return bound;
    },
    async start() {
      await plane.start();
      isStarted = true;
      await publish();
    },
    serveAs: server.serveAs,
    admitTokens(more) {
      knows = more;
    },
    writeKubeconfig(path, address, who) {
      const identity =
        who === 'admin' ? pki.client('admin', ADMIN) : pki.client(`node-${who.node}`, nodeSubject(who.node));
      writeKubeconfig(path, { name: 'pilotage', server: address, ca: pki.ca, client: identity });
      return { ca: pki.ca, ...identity };
    },
    async stop() {
      await server.close();
      await plane.stop();
    },
  };
}
