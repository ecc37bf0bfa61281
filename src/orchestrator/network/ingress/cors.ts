import { parseBool } from '../../../kube/values/bool.ts';
import { isHeaderText } from './annotationvalues.ts';
import type { Cors } from './policy.ts';

const METHODS = 'GET, PUT, POST, DELETE, PATCH, OPTIONS';
const HEADERS =
  'DNT,Keep-Alive,User-Agent,X-Requested-With,If-Modified-Since,Cache-Control,Content-Type,Range,Authorization';
const MAX_AGE_S = 1_728_000;

/** With ingress-nginx's defaults. A value that could not stand in a header counts as not given. */
export function corsOf(all: Readonly<Record<string, string>>): Cors {
  const text = (name: string, usual: string) => {
    const value = all[`cors-${name}`];
    return value !== undefined && isHeaderText(value) ? value : usual;
  };
  const maxAge = Number(text('max-age', String(MAX_AGE_S)));
  return {
    origins: text('allow-origin', '*')
      .split(',')
      .map((origin) => origin.trim())
      .filter(Boolean),
    methods: text('allow-methods', METHODS),
    headers: text('allow-headers', HEADERS),
    exposed: text('expose-headers', ''),
    credentials: parseBool(text('allow-credentials', 'true')) ?? true,
    maxAgeSeconds: Number.isInteger(maxAge) && maxAge >= 0 ? maxAge : MAX_AGE_S,
  };
}

/** What a browser is told of a request from `origin`; nothing where that origin is not one of them. */
export function corsHeaders(cors: Cors, origin: string | undefined): Readonly<Record<string, string>> {
  const allowed = allowedOrigin(cors.origins, origin);
  if (allowed === undefined) return {};
  return {
    'access-control-allow-origin': allowed,
    ...(allowed === '*' ? {} : { vary: 'Origin' }),
    ...(cors.credentials ? { 'access-control-allow-credentials': 'true' } : {}),
    ...(cors.exposed ? { 'access-control-expose-headers': cors.exposed } : {}),
  };
}

/** The answer to a preflight, beside `corsHeaders`. */
export const preflightHeaders = (cors: Cors): Readonly<Record<string, string>> => ({
  'access-control-allow-methods': cors.methods,
  'access-control-allow-headers': cors.headers,
  'access-control-max-age': String(cors.maxAgeSeconds),
});

function allowedOrigin(origins: readonly string[], origin: string | undefined): string | undefined {
  if (origins.includes('*')) return '*';
  if (origin === undefined) return undefined;
  return origins.some((one) => isOrigin(one, origin)) ? origin : undefined;
}

/** `https://*.example.com` stands for names with one label more. */
function isOrigin(pattern: string, origin: string): boolean {
  if (pattern === origin) return true;
  const [scheme = '', rest, ...more] = pattern.split('*');
  if (rest === undefined || more.length > 0 || !origin.startsWith(scheme) || !origin.endsWith(rest))
    return false;
  return /^[\w-]+$/.test(origin.slice(scheme.length, origin.length - rest.length));
}
