import { isAuthority } from '../../../../../base/authority.ts';

/** Which hosts the package managers of a build may reach: pure decisions over names and ports. */

export interface Endpoint {
  /** Lower case, without brackets and without the dot at the end; an address is written as the URL standard does. */
  readonly host: string;
  readonly port: number;
}

export interface Rule {
  readonly host: string;
  /** Absent: the ports of HTTP and HTTPS. */
  readonly port?: number;
  /** This machine's own configuration names it: it may be an address of the machine itself. */
  readonly isConfigured: boolean;
}

export type Decision =
  | { readonly type: 'refused' }
  | { readonly type: 'allowed'; readonly mayBeLocal: boolean };

const USUAL_PORTS = [80, 443];

/** A name is compared as it is: what an allowed one resolves to is looked at when it is connected to. */
export function allowed({ host, port }: Endpoint, rules: readonly Rule[]): Decision {
  const fits = (rule: Rule) =>
    rule.host === host && (rule.port === undefined ? USUAL_PORTS.includes(port) : rule.port === port);
  const found = rules.filter(fits);
  if (found.length === 0) return { type: 'refused' };
  return { type: 'allowed', mayBeLocal: found.some(({ isConfigured }) => isConfigured) };
}

/** Of `scheme://user@host:port/path`; undefined for what is no URL of HTTP. */
export function endpointOf(url: string): Endpoint | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, hostname, port } = new URL(url);
  if (!['http:', 'https:'].includes(protocol)) return undefined;
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  return { host, port: Number(port) || (protocol === 'https:' ? 443 : 80) };
}

/** The words of a person, HOST or HOST:PORT. undefined: it is neither. */
export function ruleOf(word: string): Rule | undefined {
  const endpoint = isAuthority(word) ? endpointOf(`http://${word}`) : undefined;
  if (!endpoint) return undefined;
  const hasPort = /:\d+$/.test(word.replace(/^\[.*\]/, ''));
  return { host: endpoint.host, ...(hasPort ? { port: endpoint.port } : {}), isConfigured: false };
}

/** Every registry that is named in a text (JSON, a list that commas part, a configuration file), by where it is reached. */
export const configuredIn = (text: string): (Rule & Endpoint)[] =>
  (text.match(/https?:\/\/[^\s,|"'<>]+/gi) ?? []).flatMap((url) => {
    const endpoint = endpointOf(url);
    return endpoint ? [{ ...endpoint, isConfigured: true }] : [];
  });

/** As a person would write it, and as `--allow-registry` takes it. */
export function written({ host, port }: Endpoint): string {
  const name = host.includes(':') ? `[${host}]` : host;
  return USUAL_PORTS.includes(port) ? name : `${name}:${port}`;
}
