import { delimiter } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { ProblemError } from '../../base/errors.ts';
import { splitLines } from '../../base/lines.ts';
import { silentLogger } from '../../base/log.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import type { Pod } from '../../kube/kinds/objects.data.ts';
import { PODS } from '../../kube/kinds/resources.data.ts';
import { remoteClient } from '../../kube/remote/remote.ts';
import { clientCommand, colorsOf, face } from '../command.ts';
import type { CliContext } from '../context.ts';
import type { ClientOptions } from '../daemon/face.ts';
import { findEnvironment } from '../daemon/wait.ts';

interface LogsOptions extends ClientOptions {
  readonly follow?: boolean;
  readonly previous?: boolean;
  readonly timestamps?: boolean;
  readonly tail?: number;
  readonly selector?: string;
}

export function logsCommand(context: CliContext): Command {
  return clientCommand('logs')
    .description('the logs of all pods of an environment, each line with its pod')
    .argument('<environment>', 'shop/prod')
    .option('-f, --follow', 'go on as lines are written')
    .option('-p, --previous', 'of the container before its last restart')
    .option('-l, --selector <labels>', 'only pods with these labels')
    .option('--timestamps', 'begin each line with its time')
    .option('--tail <lines>', 'only the last lines of each pod', parseCount)
    .action(async (name: string, options: LogsOptions) => {
      const daemon = await face(context, options);
      const environment = await findEnvironment(daemon, name);
      if (!environment)
        throw new ProblemError({
          reason: 'NotFound',
          message: `There is no environment ${name}.`,
          remedy: '`pilotage status` lists the environments that there are.',
        });
      if (!daemon.daemon || environment.cluster) {
        const target = environment.cluster ? ` --context ${environment.cluster}` : '';
        throw new ProblemError({
          reason: 'NotHere',
          message: `The pods of ${name} are not in the cluster of this machine.`,
          remedy: `kubectl${target} -n ${environment.namespace} logs -f --prefix -l …`,
        });
      }
      const client = remoteClient({
        kubeconfig: { paths: daemon.daemon.kubeconfig.split(delimiter) },
        ...(daemon.daemon.context ? { context: daemon.daemon.context } : {}),
        logger: silentLogger,
        clock: context.clock,
      });
      await printLogs(context, client, environment.namespace, options);
    });
}

async function printLogs(
  context: CliContext,
  client: KubeClient,
  namespace: string,
  options: LogsOptions,
): Promise<void> {
  const selector = options.selector ? { labelSelector: options.selector } : {};
  const { items } = await client.list(PODS, { namespace, ...selector });
  if (items.length === 0)
    throw new ProblemError({
      reason: 'NotFound',
      message: `No pods in ${namespace}.`,
      remedy: `kubectl -n ${namespace} get events`,
    });
  await Promise.all(
    items.flatMap((pod) =>
      pod.spec.containers.map(({ name }) => printLog(context, client, pod, name, options)),
    ),
  );
}

/** A line without an end would fill the memory. */
const LINE_BYTES = 1024 * 1024;

async function printLog(
  context: CliContext,
  client: KubeClient,
  pod: Pod,
  container: string,
  options: LogsOptions,
): Promise<void> {
  const { namespace = '', name = '' } = pod.metadata;
  const colors = colorsOf(context);
  const prefix = colors.cyan(pod.spec.containers.length > 1 ? `[${name}/${container}]` : `[${name}]`);
  const input = await client.logs(
    { namespace, name },
    {
      container,
      ...(options.follow ? { follow: true } : {}),
      ...(options.previous ? { previous: true } : {}),
      ...(options.timestamps ? { timestamps: true } : {}),
      ...(options.tail === undefined ? {} : { tailLines: options.tail }),
    },
  );
  const lines = splitLines(LINE_BYTES, (line) => context.stdout.write(`${prefix} ${line}\n`));
  for await (const piece of input) lines.add(piece as Buffer);
  lines.end();
}

function parseCount(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a number of lines.');
  return Number(text);
}
