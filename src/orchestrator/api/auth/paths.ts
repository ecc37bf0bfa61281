/** Paths that are answered without credentials: what load balancers and start scripts poll (`system:public-info-viewer`). */
const PUBLIC: ReadonlySet<string> = new Set(['/healthz', '/livez', '/readyz', '/version']);

/** What every authenticated user may read besides (`system:discovery`, `system:service-account-issuer-discovery`). */
const DISCOVERY =
  /^\/(?:(?:api|apis|openapi|version|healthz|livez|readyz)(?:\/|$)|(?:openid\/v1\/jwks|\.well-known\/openid-configuration)\/?$)/;

export const isPublic = (path: string): boolean => PUBLIC.has(path);
export const isDiscovery = (path: string): boolean => DISCOVERY.test(path);
