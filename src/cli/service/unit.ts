/** What a systemd unit of Pilotage says; everything that differs between machines is handed in. */
export interface UnitOptions {
  /** Program and arguments, absolute. */
  readonly command: readonly string[];
  /** Of the service manager: for the whole machine, or for one user. */
  readonly scope: 'system' | 'user';
  /** Who runs it; only for a system unit. */
  readonly user?: string;
  /** Variables that it and what it builds need: systemd gives it hardly any. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * systemd.service(5). A stop or restart of the unit ends the daemon alone (`KillMode=process`): agent and pods outlive it, so that an
 * upgrade stops no application.
 */
export function unitFile({ command, scope, user, environment }: UnitOptions): string {
  return [
    '[Unit]',
    'Description=Pilotage: GitOps continuous delivery',
    'Documentation=man:systemd.service(5)',
    'After=network.target',
    '# A service that ended often must not stay down: what kept it down is frozen, and the next start goes on.',
    'StartLimitIntervalSec=0',
    '',
    '[Service]',
    'Type=exec',
    ...(scope === 'system' && user ? [`User=${user}`] : []),
    ...Object.entries(environment).map(([name, value]) => `Environment=${quoted(`${name}=${value}`)}`),
    `ExecStart=${command.map(quoted).join(' ')}`,
    '# Only the daemon: the agent and the pods outlive it, so that an upgrade stops no application.',
    'KillMode=process',
    'Restart=always',
    'RestartSec=2',
    '',
    '[Install]',
    `WantedBy=${scope === 'system' ? 'multi-user.target' : 'default.target'}`,
    '',
  ].join('\n');
}

/** As systemd.syntax(7) reads a word: quoted, with `%` and `$` for themselves. */
const quoted = (word: string): string =>
  `"${word.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%').replaceAll('$', '$$$$')}"`;
