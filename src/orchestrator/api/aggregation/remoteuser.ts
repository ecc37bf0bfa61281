import type { OutgoingHttpHeaders } from 'node:http';
import type { User } from '../../../kube/client/client.ts';

/** The headers that tell an aggregated API server who asks, as `kube-system/extension-apiserver-authentication` announces them. */
export const REMOTE = {
  user: 'X-Remote-User',
  uid: 'X-Remote-Uid',
  group: 'X-Remote-Group',
  extra: 'X-Remote-Extra-',
} as const;

/** Servers that see headers as variables take `_` and `-` for the same. */
export const tellsUser = (header: string): boolean =>
  header.toLowerCase().replaceAll('_', '-').startsWith('x-remote-');

/** client-go `transport/round_trippers.go` SetAuthProxyHeaders. */
export function remoteUserHeaders({ name, uid, groups, extra = {} }: User): OutgoingHttpHeaders {
  return {
    [REMOTE.user]: inBytes(name),
    ...(uid === undefined || uid === '' ? {} : { [REMOTE.uid]: inBytes(uid) }),
    ...(groups.length > 0 ? { [REMOTE.group]: groups.map(inBytes) } : {}),
    ...Object.fromEntries(
      Object.entries(extra).map(([key, values]) => [REMOTE.extra + escaped(key), values.map(inBytes)]),
    ),
  };
}

/** UTF-8 in the bytes of the header, as Go writes it. */
const inBytes = (value: string): string => Buffer.from(value, 'utf8').toString('latin1');

/** What the name of a header cannot hold is percent-encoded, and so is `%` (`headerKeyEscape`). */
const escaped = (key: string): string =>
  [...Buffer.from(key, 'utf8')]
    .map((byte) => String.fromCharCode(byte))
    .map((char) => (TOKEN.test(char) ? char : `%${hex(char)}`))
    .join('');

const TOKEN = /[!#$&'*+\-.^_`|~0-9A-Za-z]/;
const hex = (char: string): string => char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0');
