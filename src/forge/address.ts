import type { ForgeRepository } from './dialect.ts';
import type { ForgeKind } from './forge.ts';

/** Forges that need no word of an administrator, by host. */
const KNOWN: Readonly<Record<string, ForgeKind>> = {
  'github.com': 'github',
  'gitlab.com': 'gitlab',
  'codeberg.org': 'gitea',
};

/** A forge that an administrator named: `gitea=https://git.example.com`. Its pages and its API are there. */
export interface NamedForge {
  readonly kind: ForgeKind;
  /** Scheme, host, port and, where it is below one, path; no slash at the end. */
  readonly url: string;
}

/**
 * Where the repository of a remote is at its forge; undefined: nobody said which forge that host is. The address for git may be
 * another one (SSH, another port): its path counts, and the forge's address is the administrator's.
 */
export function forgeOf(
  remote: string,
  named?: NamedForge,
): { readonly kind: ForgeKind; readonly repository: ForgeRepository } | undefined {
  const found = partsOf(remote);
  if (!found) return undefined;
  const { host, path } = found;
  const kind = named?.kind ?? KNOWN[host];
  if (kind === undefined) return undefined;
  const origin = named?.url ?? `https://${host}`;
  const below = new URL(origin).pathname.replace(/\/+$/, '').slice(1);
  const inside = below !== '' && path.startsWith(`${below}/`) ? path.slice(below.length + 1) : path;
  if (inside.split('/').length < 2) return undefined;
  return { kind, repository: { origin, path: inside } };
}

/** Host (without port) and path of `https://host/owner/name.git`, `ssh://git@host/owner/name` and `git@host:owner/name`. */
function partsOf(remote: string): { readonly host: string; readonly path: string } | undefined {
  const scp = /^(?:[^/@:]+@)?([^/@:]+):(?!\/\/)\/?(.+)$/.exec(remote);
  const url = scp ? undefined : URL.canParse(remote) ? new URL(remote) : undefined;
  if (url && !['http:', 'https:', 'ssh:'].includes(url.protocol)) return undefined;
  const [host, path] = scp ? [scp[1], scp[2]] : [url?.hostname, url && decoded(url.pathname)];
  const clean = path?.replace(/^\/+|\/+$/g, '').replace(/\.git$/, '');
  if (!host || !clean || clean.split('/').some((part) => part === '..' || part === '.' || part === ''))
    return undefined;
  return { host: host.toLowerCase(), path: clean };
}

const decoded = (path: string): string | undefined => {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
};
