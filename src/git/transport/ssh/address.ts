import { ProblemError } from '../../../base/errors.ts';

/** Where a repository is behind an SSH server. Nothing in it can be read as an option by a program or as a command by a shell. */
export interface SshAddress {
  readonly user: string;
  readonly host: string;
  readonly port: number;
  /** As the server reads it: below the home of the user where it does not begin with `/`. */
  readonly path: string;
}

/** `git@host:path`, as git reads it: no slash before the colon, and no scheme (git-clone(1), "GIT URLS"). */
const SHORT = /^(?:([^@/:]+)@)?(\[[^\]]+\]|[^/:@]+):(?!\/\/)(.+)$/s;
const HOST = /^(?:[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?|[0-9a-f:.]+)$/i;
const USER = /^[a-z0-9_][a-z0-9_.+-]*$/i;

export const isSshAddress = (address: string): boolean =>
  /^(ssh|git\+ssh):\/\//i.test(address) || (!/^[a-z][a-z0-9+.-]*:\/\//i.test(address) && SHORT.test(address));

/** @throws ProblemError BadAddress for whatever could mean something else to ssh or to a shell, and for a password in it. */
export function parseSshAddress(address: string): SshAddress {
  const parsed = /:\/\//.test(address) ? ofUrl(address) : ofShort(address);
  const { user, host, path, port } = parsed;
  if (!HOST.test(host)) throw bad(address, `"${host}" is not the name of a host`);
  if (!USER.test(user)) throw bad(address, `"${user}" is not the name of a user`);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw bad(address, 'its port is not one');
  if (path === '' || path === '/') throw bad(address, 'it names no repository');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a server's shell reads the path, and a line break would end it
  if (path.startsWith('-') || /[\x00-\x1f\x7f]/.test(path))
    throw bad(address, 'its path is not that of a repository');
  return parsed;
}

/** As people write it: with the port only where it is another than 22. */
export const formatSshAddress = ({ user, host, port, path }: SshAddress): string =>
  port === 22 && !host.includes(':')
    ? `${user}@${host}:${path}`
    : `ssh://${user}@${host.includes(':') ? `[${host}]` : host}${port === 22 ? '' : `:${port}`}/${path.replace(/^\//, '')}`;

function ofUrl(address: string): SshAddress {
  if (!URL.canParse(address)) throw bad(address, 'it cannot be read');
  const url = new URL(address);
  if (url.password)
    throw bad(withoutPassword(url), 'it holds a password, and git over ssh is opened by keys');
  if (url.search || url.hash) throw bad(address, 'what follows ? or # means nothing there');
  const path = decodeURIComponent(url.pathname);
  return {
    user: decodeURIComponent(url.username) || 'git',
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? 22 : Number(url.port),
    // ssh://host/~user/path is below a home (git-clone(1)).
    path: path.startsWith('/~') ? path.slice(1) : path,
  };
}

function ofShort(address: string): SshAddress {
  const [, user = 'git', host = '', path = ''] = SHORT.exec(address) ?? [];
  return { user, host: host.replace(/^\[|\]$/g, ''), port: 22, path };
}

function withoutPassword(url: URL): string {
  const bare = new URL(url);
  bare.password = '';
  return bare.href;
}

const bad = (address: string, why: string): ProblemError =>
  new ProblemError({
    reason: 'BadAddress',
    message: `${address} is not the address of a repository over ssh: ${why}`,
    remedy: 'use git@HOST:PATH or ssh://git@HOST:PORT/PATH',
  });
