import type { Attributes } from '../authorization.ts';

/** Paths that are answered without credentials: what load balancers and start scripts poll (`system:public-info-viewer`). */
const PUBLIC: ReadonlySet<string> = new Set(['/healthz', '/livez', '/readyz', '/version']);

/** What the role `system:discovery` gives, and what nodes, workers and environments read whatever roles there are. */
const DISCOVERY = /^\/(?:api|apis|openapi|version|healthz|livez|readyz)(?:\/|$)/;

export const isPublic = (path: string): boolean => PUBLIC.has(path);
export const isDiscovery = ({ verb, path }: Extract<Attributes, { path: string }>): boolean =>
  verb === 'get' && DISCOVERY.test(path);
