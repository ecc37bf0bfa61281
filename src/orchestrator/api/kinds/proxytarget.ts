import { badRequest } from '../errors.ts';

/** What the name of a proxied object says: `name`, `name:port` or `scheme:name:port` (apimachinery `pkg/util/net` SplitSchemeNamePort). */
export interface ProxyTarget {
  readonly scheme: 'http' | 'https';
  readonly name: string;
  /** A number, or the name of a port; '' where it is left to the object. */
  readonly port: string;
}

/** `what` is the word for the object in a refusal. @throws StatusError */
export function proxyTargetOf(id: string, what: string): ProxyTarget {
  const parts = id.split(':');
  const [scheme = '', name = '', port = ''] =
    parts.length === 1 ? ['', id] : parts.length === 2 ? ['', ...parts] : parts;
  if (parts.length > 3 || name === '' || (scheme !== '' && scheme !== 'http' && scheme !== 'https'))
    throw badRequest(`invalid ${what} request "${id}"`);
  return { scheme: scheme === 'https' ? 'https' : 'http', name, port };
}
