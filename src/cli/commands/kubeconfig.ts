import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { type Problem, ProblemError } from '../../base/errors.ts';
import { dumpYaml } from '../../kube/values/yaml.ts';
import type { ClusterAddress, NewToken } from '../../model/identityfaces.ts';
import { clientCommand, face, type OutputOptions, print } from '../command.ts';
import type { CliContext } from '../context.ts';
import { findDaemon } from '../daemon/face.ts';
import { parseDays } from '../output/days.ts';

interface Flags extends OutputOptions {
  readonly raw?: boolean;
  readonly user?: string;
  readonly expires: number;
}

export function kubeconfigCommand(context: CliContext): Command {
  return clientCommand('kubeconfig')
    .description('where the kubeconfig of the built-in cluster is, or one for a user')
    .option('--user <name>', 'print a kubeconfig with a new token of this user, who kubectl then is')
    .option('--expires <time>', 'of that token: 12h, 30d …', parseDays, 30 * 86_400)
    .option('--raw', 'print the kubeconfig itself')
    .action(async (options: Flags) => {
      if (options.user !== undefined) return printForUser(context, options, options.user);
      const { kubeconfig, context: home } = await findDaemon(options.dataDir ?? context.surroundings.dataDir);
      if (home !== undefined) throw new ProblemError(elsewhere(home));
      if (options.raw) return void context.stdout.write(await readFile(kubeconfig, 'utf8'));
      print(context, context.stdout.isTTY ? `export KUBECONFIG=${kubeconfig}` : kubeconfig);
    });
}

/** kubectl is that user as long as the token lasts, and is not revoked. */
async function printForUser(context: CliContext, flags: Flags, owner: string): Promise<void> {
  const { user: _, expires: seconds, ...options } = flags;
  const daemon = await face(context, options);
  const { server, ca } = await daemon.get<ClusterAddress>('/api/v1/cluster');
  const body = { owner, name: `kubectl-${randomBytes(4).toString('hex')}`, robot: false, seconds };
  const { token, name } = await daemon.post<NewToken>('/api/v1/tokens', body);
  context.stderr.write(`With the token ${name}; to end it: pilotage token revoke ${name}\n`);
  const cluster = { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'pilotage', cluster }],
    users: [{ name: owner, user: { token } }],
    contexts: [{ name: 'pilotage', context: { cluster: 'pilotage', user: owner } }],
    'current-context': 'pilotage',
  };
  context.stdout.write(dumpYaml(config));
}

const elsewhere = (home: string): Problem => ({
  reason: 'HomeElsewhere',
  message: `There is no built-in cluster: the home of this Pilotage is context ${home} of your kubeconfig.`,
  remedy: `kubectl --context ${home} …`,
});
