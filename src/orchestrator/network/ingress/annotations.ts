/**
 * The annotations of ingress-nginx that are understood, a row each (kubernetes.github.io/ingress-nginx "Annotations"), and what they
 * make of the policy of an Ingress.
 */
import { NGINX } from '../../../kube/kinds/ingresses/words.ts';
import { parseBool } from '../../../kube/values/bool.ts';
import {
  isHeaderText,
  isLocalPath,
  isLocation,
  parseRanges,
  parseSeconds,
  parseSize,
} from './annotationvalues.ts';
import { corsOf } from './cors.ts';
import type { Policy } from './policy.ts';
import { stickyCookieOf } from './stickycookie.ts';

/** Annotations of an Ingress by their names without the prefix. */
export type Values = Readonly<Record<string, string>>;

/** What the annotations of an Ingress ask for. */
export interface Wishes extends Partial<Policy> {
  readonly sslRedirect?: boolean;
  readonly forceSslRedirect?: boolean;
  /** Paths are regular expressions. */
  readonly useRegex?: boolean;
  /** Name of the Secret that holds users, and how it holds them. */
  readonly authSecret?: {
    readonly value: string;
    readonly realm: string;
    readonly type: 'auth-file' | 'auth-map';
  };
}

type Row =
  /** `read` gives what it asks for, or undefined for a value that is none. */
  | {
      readonly type: 'wish';
      readonly must: string;
      readonly read: (value: string, all: Values) => Wishes | undefined;
      /** It keeps somebody out: one that cannot be read keeps everybody out. */
      readonly guards?: true;
    }
  /** Read by the row that it is a part of. */
  | { readonly type: 'part'; readonly of: string }
  /** Here it is so anyway, or there is nothing that it would change. */
  | { readonly type: 'given' }
  /** It keeps somebody out, and is not done: without it nothing is served. */
  | { readonly type: 'refused' };

const SWITCH = 'true or false';
const SECONDS = 'a number of seconds, at most a day';
const RANGES = 'addresses or ranges such as 10.0.0.0/8, with commas between';

const partOf = (of: string): Row => ({ type: 'part', of });
const GIVEN: Row = { type: 'given' };
const REFUSED: Row = { type: 'refused' };

const wish = (must: string, read: (value: string, all: Values) => Wishes | undefined): Row => ({
  type: 'wish',
  must,
  read,
});
const guard = (must: string, read: (value: string, all: Values) => Wishes | undefined): Row => ({
  type: 'wish',
  must,
  read,
  guards: true,
});
const when = <T>(value: T | undefined, make: (value: T) => Wishes): Wishes | undefined =>
  value === undefined ? undefined : make(value);

const seconds = (field: 'connectMs' | 'readMs' | 'sendMs'): Row =>
  wish(SECONDS, (value) => when(parseSeconds(value), (ms) => ({ [field]: ms })));
const toggle = (field: 'sslRedirect' | 'forceSslRedirect' | 'useRegex'): Row =>
  wish(SWITCH, (value) => when(parseBool(value), (on) => ({ [field]: on })));
const redirect = (usual: number, codeIn: string): Row =>
  wish('an http or https URL, with a code from 300 to 308', (value, all) => {
    const status = Number(all[codeIn] ?? usual);
    const isCode = Number.isInteger(status) && status >= 300 && status <= 308 && status !== 304;
    return isLocation(value) && isCode ? { redirect: { status, to: value } } : undefined;
  });
const ranges = (field: 'allow' | 'deny'): Row =>
  guard(RANGES, (value) => when(parseRanges(value), (list) => ({ [field]: list })));

const ROWS: Readonly<Record<string, Row>> = {
  'rewrite-target': wish('a path', (value) => (isLocalPath(value) ? { rewrite: value } : undefined)),
  'use-regex': toggle('useRegex'),
  'ssl-redirect': toggle('sslRedirect'),
  'force-ssl-redirect': toggle('forceSslRedirect'),
  'permanent-redirect': redirect(301, 'permanent-redirect-code'),
  'permanent-redirect-code': partOf('permanent-redirect'),
  'temporal-redirect': redirect(302, 'temporal-redirect-code'),
  'temporal-redirect-code': partOf('temporal-redirect'),
  'app-root': wish('a path', (value) => (isLocalPath(value) ? { appRoot: value } : undefined)),
  'proxy-body-size': wish('a size such as 8m', (value) =>
    when(parseSize(value), (largestBody) => ({ largestBody })),
  ),
  'proxy-connect-timeout': seconds('connectMs'),
  'proxy-read-timeout': seconds('readMs'),
  'proxy-send-timeout': seconds('sendMs'),
  'whitelist-source-range': ranges('allow'),
  'allowlist-source-range': ranges('allow'),
  'denylist-source-range': ranges('deny'),
  'auth-type': guard('basic, with auth-secret: digest is not done here', (value, all) => {
    const {
      'auth-secret': secret,
      'auth-realm': realm = 'Authentication Required',
      'auth-secret-type': type = 'auth-file',
    } = all;
    const isFine =
      value === 'basic' && secret && isHeaderText(realm) && (type === 'auth-file' || type === 'auth-map');
    return isFine ? { authSecret: { value: secret, realm: realm.replace(/["\\]/g, ''), type } } : undefined;
  }),
  'auth-secret': partOf('auth-type'),
  'auth-secret-type': partOf('auth-type'),
  'auth-realm': partOf('auth-type'),
  'enable-cors': wish(SWITCH, (value, all) =>
    when(parseBool(value), (on) => (on ? { cors: corsOf(all) } : {})),
  ),
  'cors-allow-origin': partOf('enable-cors'),
  'cors-allow-methods': partOf('enable-cors'),
  'cors-allow-headers': partOf('enable-cors'),
  'cors-expose-headers': partOf('enable-cors'),
  'cors-allow-credentials': partOf('enable-cors'),
  'cors-max-age': partOf('enable-cors'),
  affinity: wish('cookie', (value, all) =>
    value === 'cookie' ? when(stickyCookieOf(all), (stickyCookie) => ({ stickyCookie })) : undefined,
  ),
  'affinity-mode': partOf('affinity'),
  'session-cookie-name': partOf('affinity'),
  'session-cookie-path': partOf('affinity'),
  'session-cookie-domain': partOf('affinity'),
  'session-cookie-max-age': partOf('affinity'),
  'session-cookie-expires': partOf('affinity'),
  'session-cookie-samesite': partOf('affinity'),
  'session-cookie-secure': partOf('affinity'),
  'backend-protocol': wish('HTTP or HTTPS', (value) => {
    const scheme = value.toLowerCase();
    return scheme === 'http' || scheme === 'https' ? { scheme } : undefined;
  }),
  'upstream-vhost': wish('a name', (value) =>
    /^[\w.:-]{1,253}$/.test(value) ? { upstreamHost: value } : undefined,
  ),
  'x-forwarded-prefix': wish('a path', (value) =>
    isHeaderText(value) ? { forwardedPrefix: value } : undefined,
  ),
  'proxy-buffering': GIVEN,
  'proxy-request-buffering': GIVEN,
  'proxy-buffer-size': GIVEN,
  'proxy-buffers-number': GIVEN,
  'client-body-buffer-size': GIVEN,
  'proxy-http-version': GIVEN,
  'service-upstream': GIVEN,
  'auth-url': REFUSED,
  'auth-tls-secret': REFUSED,
  'auth-tls-verify-client': REFUSED,
  'enable-modsecurity': REFUSED,
  'enable-global-auth': REFUSED,
  satisfy: REFUSED,
};

/** Every annotation that has a row, for whoever lists them. */
export const UNDERSTOOD: readonly string[] = Object.keys(ROWS);

export interface ReadAnnotations {
  readonly wishes: Wishes;
  /** Names that have no row, with their prefix. */
  readonly unknown: readonly string[];
  /** What cannot be done as it is written. */
  readonly bad: readonly string[];
  /** Why nothing is served: who is to be kept out could not be. */
  readonly refusal: string | undefined;
}

const rowOf = (name: string): Row | undefined => (Object.hasOwn(ROWS, name) ? ROWS[name] : undefined);

export function readAnnotations(annotations: Readonly<Record<string, string>> = {}): ReadAnnotations {
  const own = Object.entries(annotations).filter(([key]) => key.startsWith(NGINX));
  const all: Values = Object.fromEntries(own.map(([key, value]) => [key.slice(NGINX.length), value]));
  const unknown: string[] = [];
  const bad: string[] = [];
  const refusals: string[] = [];
  let wishes: Wishes = {};
  for (const [name, value] of Object.entries(all)) {
    const row = rowOf(name);
    if (!row) unknown.push(NGINX + name);
    else if (row.type === 'refused') refusals.push(`${NGINX}${name} is not done here`);
    else if (row.type === 'wish') {
      const read = row.read(value, all);
      if (read) wishes = { ...wishes, ...read };
      else (row.guards ? refusals : bad).push(`${NGINX}${name} must be ${row.must}`);
    } else if (row.type === 'part' && name.startsWith('auth-') && all[row.of] === undefined)
      refusals.push(`${NGINX}${name} does nothing without ${row.of}`);
  }
  return { wishes, unknown, bad, refusal: refusals.length > 0 ? refusals.join('; ') : undefined };
}
