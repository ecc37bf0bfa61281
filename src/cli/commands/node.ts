import { Command } from 'commander';
import { isLoopback } from '../../base/authority.ts';
import {
  authorityHash,
  BOOTSTRAP_NAMESPACE,
  bootstrapSecret,
  newBootstrapToken,
  secretName,
} from '../../kube/client/bootstraptoken.ts';
import type { ClusterAddress } from '../../model/identityfaces.ts';
import { clientCommand, face, type OutputOptions, print, printJson } from '../command.ts';
import type { CliContext } from '../context.ts';
import { parseDays } from '../output/days.ts';

interface Flags extends OutputOptions {
  readonly expires: number;
}

export function nodeCommand(context: CliContext): Command {
  const command = new Command('node').description('further machines of the built-in cluster');
  command.addCommand(
    clientCommand('token')
      .description('make a token that lets machines join, and print the command for them')
      .option('--expires <time>', 'after 30m, 12h, 7d … (default: 24h)', parseDays, 86_400)
      .action(async (flags: Flags) => {
        const daemon = await face(context, flags);
        const { server, ca } = await daemon.get<ClusterAddress>('/api/v1/cluster');
        const token = newBootstrapToken();
        const expiresAt = context.clock.now() + flags.expires * 1000;
        const path = `/k8s/api/v1/namespaces/${BOOTSTRAP_NAMESPACE}/secrets`;
        await daemon.post(path, bootstrapSecret(token, expiresAt));
        const text = `${token.id}.${token.secret}`;
        const hash = authorityHash(ca);
        const line = `pilotage agent --server ${server} --token ${text} --ca-hash ${hash}`;
        const until = new Date(expiresAt).toISOString();
        if (flags.output === 'json')
          return printJson(context, { token: text, server, caHash: hash, expiresAt: until, command: line });
        if (isLoopback(new URL(server).hostname)) context.stderr.write(`${ON_LOOPBACK}\n`);
        context.stderr.write(
          `Run this on the machine that is to join, until ${until}. To end it before: kubectl -n ${BOOTSTRAP_NAMESPACE} delete secret ${secretName(token.id)}\n`,
        );
        print(context, line);
      }),
  );
  return command;
}

const ON_LOOPBACK =
  'The Kubernetes API listens on loopback: this machine alone can have further nodes. For others: pilotage up --api ADDRESS:7443.';
