import type { SshAddress } from './address.ts';

export type Service = 'git-upload-pack' | 'git-receive-pack';

/** Files of one session. */
export interface SessionFiles {
  readonly knownHosts: string;
  /** Absent: the agent has the keys. */
  readonly identity?: string;
  /** Socket of an agent. */
  readonly agent?: string;
}

/**
 * Arguments of `ssh` (ssh_config(5)): everything that a file of the user or of the machine could say is said here, so that no such file is
 * read, nothing is asked, and neither address nor configuration starts a program on this machine.
 */
export function sshArguments(address: SshAddress, service: Service, files: SessionFiles): readonly string[] {
  const settings: Readonly<Record<string, string>> = {
    BatchMode: 'yes',
    StrictHostKeyChecking: 'yes',
    UserKnownHostsFile: quoted(files.knownHosts),
    GlobalKnownHostsFile: 'none',
    UpdateHostKeys: 'no',
    VerifyHostKeyDNS: 'no',
    CheckHostIP: 'no',
    PreferredAuthentications: 'publickey',
    // An agent may hold any number of keys, and it is the one asked where no key was given.
    IdentitiesOnly: files.identity === undefined ? 'no' : 'yes',
    IdentityFile: files.identity === undefined ? 'none' : quoted(files.identity),
    IdentityAgent: files.agent === undefined ? 'none' : quoted(files.agent),
    AddKeysToAgent: 'no',
    ForwardAgent: 'no',
    ForwardX11: 'no',
    ClearAllForwardings: 'yes',
    PermitLocalCommand: 'no',
    ProxyCommand: 'none',
    ProxyJump: 'none',
    ControlMaster: 'no',
    ControlPath: 'none',
    CanonicalizeHostname: 'no',
    Tunnel: 'no',
    RequestTTY: 'no',
    EscapeChar: 'none',
    LogLevel: 'ERROR',
    ConnectTimeout: '15',
    ConnectionAttempts: '1',
    ServerAliveInterval: '15',
    ServerAliveCountMax: '3',
    SetEnv: 'GIT_PROTOCOL=version=2',
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const { user, host, port, path } = address;
  const place = ['-T', '-p', String(port), '-l', user, '--', host];
  return ['-F', 'none', ...options, ...place, `${service} ${shellQuoted(path)}`];
}

/** For the server's shell, as git quotes it (quote.c, sq_quote_buf). */
const shellQuoted = (path: string): string => `'${path.replaceAll(/['!]/g, (mark) => `'\\${mark}'`)}'`;

/** For ssh_config(5), which splits at blanks and expands `%`. */
const quoted = (path: string): string => `"${path.replaceAll('%', '%%')}"`;
