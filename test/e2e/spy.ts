import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pilotage, Work } from './harness.ts';

/** Where the daemon keeps what nobody else may read. */
const SECRETS = [
  ...[
    'token.json',
    'pilotage.json',
    'kubeconfig',
    'agent/kubeconfig',
    'agent/config.json',
    'agent/agent.log',
  ],
  ...[
    'pki/*',
    'store/*',
    'git/*/*',
    'images/refs/*',
    'agent/pods/*/.pod.json',
    'agent/pods/*/*/*/intent.json',
  ],
];

/**
 * A shell script that tries to get at the daemon, and says `REACHED <what>` for all that it got at: files of the data directory by
 * absolute and by relative paths, environments and directories of daemon and agent, their lives.
 */
export function spyScript({ dataDir, ready }: Pilotage, agentPid: number): string {
  const up = Array.from({ length: 8 }, (_, depth) => '../'.repeat(depth + 1));
  const files = [...SECRETS.map((path) => join(dataDir, path)), ...up.map((dots) => `${dots}token.json`)];
  const processes = [ready.pid, agentPid].flatMap((pid) => [
    ...['environ', 'mem', 'cwd/token.json', 'cwd/../token.json'].map((name) => `/proc/${pid}/${name}`),
    `/proc/${pid}/root${dataDir}/token.json`,
  ]);
  return [
    `for file in ${[...files, ...processes].join(' ')}; do`,
    '  if head -c 1 "$file" >/dev/null 2>&1; then echo "REACHED $file"; fi',
    'done',
    `for pid in ${ready.pid} ${agentPid}; do if kill -0 $pid 2>/dev/null; then echo "REACHED process $pid"; fi; done`,
    `if touch ${dataDir}/planted 2>/dev/null && test -e ${dataDir}/../data/planted; then echo "wrote to a cover"; fi`,
    'if umount "$0" 2>/dev/null; then echo "REACHED umount"; fi',
    'echo "spied as $(id -u)"',
    '',
  ].join('\n');
}

/** The delivery web with a spy in its build and another in its pods, ahead of the server. */
export async function withSpies(pilotage: Pilotage, name: string): Promise<Work> {
  const work = await pilotage.repository(name);
  await work.write('app/spy.sh', spyScript(pilotage, await pilotage.agentPid()));
  await work.edit('pilotage.yaml', (text) =>
    text.replace('web: {path: app}', "web: {path: app, build: 'sh spy.sh; echo built'}"),
  );
  await work.edit('chart/templates/deployment.hbs', (text) =>
    text.replace('command: [node, server.js]', 'command: [sh, -c, "sh spy.sh; exec node server.js"]'),
  );
  await work.commit('spy');
  return work;
}

/** What is still there to be read, so that a spy that found nothing looked in the right places. */
export const tokenIsThere = async ({ dataDir }: Pilotage): Promise<boolean> =>
  (await readFile(join(dataDir, 'token.json'), 'utf8')).includes('token');
