import type { Endpoint } from './allowed.ts';

/** The proxy of the machine that leads there, by the variables that curl, pip and npm know; undefined: there is none in between. */
export function upstreamOf(
  { host, port }: Endpoint,
  env: Readonly<Record<string, string>>,
  isSecure: boolean,
): URL | undefined {
  const known = new Map(Object.entries(env).map(([name, value]) => [name.toLowerCase(), value]));
  const first = (...names: string[]) => names.map((name) => known.get(name)).find(Boolean);
  const bypass = first('no_proxy', 'npm_config_noproxy') ?? '';
  if (bypass.split(/[\s,]+/).some((one) => covers(one, host, port))) return undefined;
  const named = isSecure
    ? first('https_proxy', 'npm_config_https_proxy', 'npm_config_proxy')
    : first('http_proxy', 'npm_config_http_proxy', 'npm_config_proxy');
  const text = named ?? known.get('all_proxy');
  if (!text) return undefined;
  const url = text.includes('://') ? text : `http://${text}`;
  return /^https?:/i.test(url) && URL.canParse(url) ? new URL(url) : undefined;
}

/** `example.com` and `.example.com` stand for every name below, as curl and Go read them. */
function covers(word: string, host: string, port: number): boolean {
  if (word === '*') return true;
  const [name = '', only] = word.toLowerCase().split(/:(?=\d+$)/);
  const bare = name.replace(/^\*?\./, '');
  if (bare === '' || (only !== undefined && Number(only) !== port)) return false;
  return host === bare || host.endsWith(`.${bare}`);
}

export const authorizationOf = ({ username, password }: URL): Record<string, string> =>
  username === '' && password === ''
    ? {}
    : {
        'proxy-authorization': `Basic ${Buffer.from(
          `${decodeURIComponent(username)}:${decodeURIComponent(password)}`,
        ).toString('base64')}`,
      };
