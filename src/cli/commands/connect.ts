import { type Command, InvalidArgumentError } from 'commander';
import type { ConnectRequest, WebhookReport } from '../../model/faces.ts';
import { clientCommand, face, type OutputOptions, print, printJson } from '../command.ts';
import type { CliContext } from '../context.ts';
import { webhookLines } from '../output/webhook.ts';
import type { Keyboard } from '../password.ts';
import { settleTrust } from '../trust.ts';

interface ConnectOptions extends OutputOptions {
  readonly username?: string;
  readonly tokenFile?: string;
  readonly poll?: number;
  readonly previews?: number;
  readonly allowCluster: readonly string[];
  readonly forbidCluster: readonly string[];
  readonly allowNamespace: readonly string[];
  readonly forbidNamespace: readonly string[];
  readonly allowClusterScoped: readonly string[];
  readonly forbidClusterScoped: readonly string[];
  readonly allowRegistry: readonly string[];
  readonly allowBase: readonly string[];
  readonly forbidBase: readonly string[];
  readonly allowCharts: readonly string[];
  readonly forbidCharts: readonly string[];
  readonly forbidRegistry: readonly string[];
  readonly forge?: string;
  readonly prometheus?: string;
  readonly prometheusTokenFile?: string;
  readonly forgeTokenFile?: string;
  readonly githubApp?: string;
  readonly githubAppKeyFile?: string;
  readonly webhook?: string;
}

export function connectCommand(
  context: CliContext,
  readSecret: (path: string) => Promise<string>,
  stdin: Keyboard,
): Command {
  return clientCommand('connect')
    .description('deliver from a repository elsewhere, or say what a delivery may use')
    .argument('<delivery>', 'name of the delivery')
    .argument('[url]', 'https://… or a local path; left out: the repository is (or will be) hosted here')
    .option('--username <name>', 'for a private https repository')
    .option('--token-file <file>', 'its password or token; - reads standard input')
    .option('--poll <seconds>', 'how often to ask the repository', parseSeconds)
    .option(
      '--allow-cluster <context>',
      'a kubeconfig context (of the kubeconfig that `pilotage up` reads) that its environments may name; repeatable',
      collect,
      [],
    )
    .option('--forbid-cluster <context>', 'one that they may not name any more; repeatable', collect, [])
    .option(
      '--allow-namespace <name>',
      'a namespace, besides DELIVERY-ENVIRONMENT, that its environments may deliver to; repeatable',
      collect,
      [],
    )
    .option('--forbid-namespace <name>', 'one that they may not any more; repeatable', collect, [])
    .option(
      '--allow-cluster-scoped <kind>',
      'a kind outside of namespaces that they may write (ClusterRole); repeatable',
      collect,
      [],
    )
    .option('--forbid-cluster-scoped <kind>', 'one that they may not any more; repeatable', collect, [])
    .option(
      '--allow-registry <host[:port]>',
      'where its builds may get packages, besides the registries of this machine; repeatable',
      collect,
      [],
    )
    .option('--forbid-registry <host[:port]>', 'where they may not any more; repeatable', collect, [])
    .option(
      '--allow-base <host[:port]>',
      'where its kustomizations may have bases (?ref=COMMIT), besides its own repository; repeatable',
      collect,
      [],
    )
    .option('--forbid-base <host[:port]>', 'where they may not any more; repeatable', collect, [])
    .option(
      '--allow-charts <host[:port]>',
      'where its charts may come from, repository or registry; repeatable',
      collect,
      [],
    )
    .option('--previews <max>', 'how many previews it may have at a time, or off', parsePreviews)
    .option('--forbid-charts <host[:port]>', 'where they may not any more; repeatable', collect, [])
    .option(
      '--forge <kind=url>',
      'where its pull requests and statuses are: github, gitlab, gitea or forgejo, and its address; none: nowhere',
    )
    .option('--forge-token-file <file>', 'a token for them; - reads standard input')
    .option(
      '--github-app <app:installation>',
      'in place of a token: numbers of a GitHub App and its installation',
    )
    .option('--github-app-key-file <file>', 'its private key in PEM')
    .option('--prometheus <url>', 'whom gates ask for metrics; none: nobody')
    .option('--prometheus-token-file <file>', 'a token for it; - reads standard input')
    .option(
      '--webhook <kind>',
      'have its forge call when something is pushed: github, gitlab, gitea, forgejo, bitbucket, bitbucket-server, azure or generic',
    )
    .action(async (name: string, url: string | undefined, options: ConnectOptions) => {
      await settleTrust(context, stdin, options);
      const token = options.tokenFile ? (await readSecret(options.tokenFile)).trim() : undefined;
      const words = wordsOf(options);
      const forge = await forgeWords(options, readSecret);
      const body = {
        name,
        ...(url ? { url } : {}),
        ...(token ? { token } : {}),
        ...(options.username ? { username: options.username } : {}),
        ...(options.poll ? { pollSeconds: options.poll } : {}),
        ...(options.previews === undefined ? {} : { previews: options.previews }),
        ...words,
        ...forge,
        ...(options.webhook ? { webhook: options.webhook } : {}),
      };
      const daemon = await face(context, options);
      const answer = await daemon.post<{ message: string; webhook?: WebhookReport }>(
        '/api/v1/deliveries',
        body,
      );
      if (options.output === 'json') return printJson(context, answer);
      print(context, answer.message);
      if (answer.webhook) for (const line of webhookLines(daemon.url, answer.webhook)) print(context, line);
      const isPolicyOnly = Object.keys({ ...words, ...forge }).length > 0 || options.previews !== undefined;
      if (url !== undefined || isPolicyOnly || answer.webhook)
        return print(context, `  next: pilotage status ${name}`);
      if (!daemon.daemon) print(context, `  once: pilotage git-credential setup --server ${daemon.url}`);
      print(context, `  next: git push ${daemon.url}/git/${name}.git main`);
    });
}

async function forgeWords(
  options: ConnectOptions,
  readSecret: (path: string) => Promise<string>,
): Promise<Partial<ConnectRequest>> {
  const { forge, forgeTokenFile, githubApp, githubAppKeyFile } = options;
  const { prometheus, prometheusTokenFile } = options;
  return {
    ...(forge ? { forge } : {}),
    ...(forgeTokenFile ? { forgeToken: (await readSecret(forgeTokenFile)).trim() } : {}),
    ...(prometheus ? { prometheus } : {}),
    ...(prometheusTokenFile ? { prometheusToken: (await readSecret(prometheusTokenFile)).trim() } : {}),
    ...(githubApp ? { githubApp } : {}),
    ...(githubAppKeyFile ? { githubAppKey: await readSecret(githubAppKeyFile) } : {}),
  };
}

const wordsOf = (options: ConnectOptions): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(
    Object.entries({
      allowClusters: options.allowCluster,
      forbidClusters: options.forbidCluster,
      allowNamespaces: options.allowNamespace,
      forbidNamespaces: options.forbidNamespace,
      allowClusterScoped: options.allowClusterScoped,
      forbidClusterScoped: options.forbidClusterScoped,
      allowRegistries: options.allowRegistry,
      forbidRegistries: options.forbidRegistry,
      allowBases: options.allowBase,
      forbidBases: options.forbidBase,
      allowCharts: options.allowCharts,
      forbidCharts: options.forbidCharts,
    }).filter(([, words]) => words.length > 0),
  );

function parseSeconds(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('It must be a whole number of seconds.');
  return Number(text);
}

function parsePreviews(text: string): number {
  if (text === 'off') return 0;
  if (!/^\d{1,3}$/.test(text)) throw new InvalidArgumentError('It must be a whole number, or off.');
  return Number(text);
}

const collect = (value: string, previous: readonly string[]): readonly string[] => [...previous, value];
