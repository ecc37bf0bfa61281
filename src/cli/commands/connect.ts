import { createInterface } from 'node:readline/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { ProblemError } from '../../base/errors.ts';
import type { ConnectReport, ConnectRequest } from '../../model/faces.ts';
import { clientCommand, collect, face, type OutputOptions, print, printJson } from '../command.ts';
import type { CliContext } from '../context.ts';
import { webhookLines } from '../output/webhook.ts';
import type { Keyboard } from '../password.ts';
import { settleTrust } from '../trust.ts';

interface ConnectOptions extends OutputOptions {
  readonly username?: string;
  readonly tokenFile?: string;
  readonly poll?: number;
  readonly sshKey?: string;
  readonly sshAgent?: boolean;
  readonly hostKey?: string;
  readonly caFile?: string;
  readonly clientCertFile?: string;
  readonly clientKeyFile?: string;
  readonly check?: boolean;
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
  readonly allowHealth: readonly string[];
  readonly forbidHealth: readonly string[];
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
  readonly signers?: string;
  readonly requireSignatures?: string;
  readonly signedSince: readonly string[];
}

export function connectCommand(
  context: CliContext,
  readSecret: (path: string) => Promise<string>,
  stdin: Keyboard,
): Command {
  return clientCommand('connect')
    .description('deliver from a repository elsewhere, or say what a delivery may use')
    .argument('<delivery>', 'name of the delivery')
    .argument('[url]', 'https://…, git@HOST:PATH, ssh://… or a local path; left out: hosted here')
    .option('--username <name>', 'for a private https repository')
    .option('--token-file <file>', 'its password or token; - reads standard input')
    .option('--ssh-key <file>', 'a private key for ssh; left out: a deploy key is made')
    .option('--ssh-agent', 'the keys of the agent of whoever runs the daemon, in place of one')
    .option(
      '--host-key <file|fingerprint>',
      'the host key that the server has: SHA256:…, or a file of ssh-keyscan',
    )
    .option('--ca-file <file>', 'the authorities (PEM) that an https server may have, and no others')
    .option('--client-cert-file <file>', 'a client certificate (PEM) that an https server asks for')
    .option('--client-key-file <file>', 'its private key')
    .option('--check', 'change nothing: say what can be read and pushed')
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
      '--allow-health <digest>',
      'a health rule of its pilotage.yaml that may call objects healthier than Pilotage does; repeatable',
      collect,
      [],
    )
    .option('--forbid-health <digest>', 'one that may not any more; repeatable', collect, [])
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
      '--signers <file>',
      'whose signatures of its commits count: allowed signers of ssh-keygen(1), keys of OpenPGP',
    )
    .option(
      '--require-signatures <file>',
      'the same, and all its environments take signed commits only; none: no longer',
    )
    .option(
      '--signed-since <commit>',
      'vouch for a commit and all that it contains, signed or not; repeatable',
      collect,
      [],
    )
    .option(
      '--webhook <kind>',
      'have its forge call when something is pushed: github, gitlab, gitea, forgejo, bitbucket, bitbucket-server, azure or generic',
    )
    .action(async (name: string, url: string | undefined, options: ConnectOptions) => {
      await settleTrust(context, stdin, options);
      const token = options.tokenFile ? (await readSecret(options.tokenFile)).trim() : undefined;
      const words = wordsOf(options);
      const forge = await forgeWords(options, readSecret);
      const signatures = await signatureWords(options, readSecret);
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
        ...(await accessWords(options, readSecret)),
        ...signatures,
      };
      const daemon = await face(context, options);
      const answer = await connected(daemon, body, { stdin, stderr: context.stderr });
      if (options.output === 'json') return printJson(context, answer);
      print(context, answer.message);
      for (const line of accessLines(answer)) print(context, line);
      if (answer.signingKey) print(context, `  Pilotage signs as pilotage@localhost: ${answer.signingKey}`);
      if (answer.webhook) for (const line of webhookLines(daemon.url, answer.webhook)) print(context, line);
      if (answer.access && !answer.access.some((line) => line.includes('read: yes'))) return;
      const isPolicyOnly =
        Object.keys({ ...words, ...forge, ...signatures }).length > 0 || options.previews !== undefined;
      const isElsewhere = url !== undefined || answer.access !== undefined;
      if (isElsewhere || isPolicyOnly || answer.webhook)
        return print(context, `  next: pilotage status ${name}`);
      if (!daemon.daemon) print(context, `  once: pilotage git-credential setup --server ${daemon.url}`);
      print(context, `  next: git push ${daemon.url}/git/${name}.git main`);
    });
}

const accessLines = ({ deployKey, access = [] }: ConnectReport): readonly string[] => [
  ...(deployKey === undefined
    ? []
    : [
        '  its deploy key, to be pasted at the repository (with the right to write, where',
        '  promotions are pushed):',
        `\n${deployKey}\n`,
      ]),
  ...access,
];

/** Asks a person in a terminal whether the host key is the right one, where nobody has said so yet. */
async function connected(
  daemon: Awaited<ReturnType<typeof face>>,
  body: ConnectRequest,
  { stdin, stderr }: { readonly stdin: Keyboard; readonly stderr: CliContext['stderr'] },
): Promise<ConnectReport> {
  const post = (request: ConnectRequest) => daemon.post<ConnectReport>('/api/v1/deliveries', request);
  try {
    return await post(body);
  } catch (error) {
    const problem = error instanceof ProblemError ? error.problem : undefined;
    const shown = /--host-key (SHA256:\S+)/.exec(problem?.remedy ?? '')?.[1];
    if (problem?.reason !== 'HostKeyUnknown' || shown === undefined || !stdin.isTTY) throw error;
    stderr.write(`${problem.message}\nCompare it with what the server says of itself.\n`);
    const lines = createInterface({ input: stdin, output: stderr, terminal: false });
    try {
      const word = (await lines.question('Is this its key? (yes/no) ')).trim();
      if (word !== 'yes') throw error;
    } finally {
      lines.close();
    }
    return post({ ...body, hostKey: shown });
  }
}

async function signatureWords(
  { signers, requireSignatures, signedSince }: ConnectOptions,
  readFile: (path: string) => Promise<string>,
): Promise<Pick<ConnectRequest, 'signers' | 'requireSignatures' | 'signedSince'>> {
  const file = requireSignatures === undefined || requireSignatures === 'none' ? signers : requireSignatures;
  return {
    ...(file === undefined ? {} : { signers: await readFile(file) }),
    ...(requireSignatures === undefined ? {} : { requireSignatures: requireSignatures !== 'none' }),
    ...(signedSince.length > 0 ? { signedSince } : {}),
  };
}

async function accessWords(
  options: ConnectOptions,
  readSecret: (path: string) => Promise<string>,
): Promise<
  Pick<ConnectRequest, 'sshKey' | 'sshAgent' | 'hostKey' | 'ca' | 'clientCert' | 'clientKey' | 'check'>
> {
  const { sshKey, hostKey, caFile, clientCertFile, clientKeyFile } = options;
  const isFingerprint = hostKey?.startsWith('SHA256:');
  return {
    ...(sshKey ? { sshKey: await readSecret(sshKey) } : {}),
    ...(options.sshAgent ? { sshAgent: true } : {}),
    ...(hostKey ? { hostKey: isFingerprint ? hostKey : await readSecret(hostKey) } : {}),
    ...(caFile ? { ca: await readSecret(caFile) } : {}),
    ...(clientCertFile ? { clientCert: await readSecret(clientCertFile) } : {}),
    ...(clientKeyFile ? { clientKey: await readSecret(clientKeyFile) } : {}),
    ...(options.check ? { check: true } : {}),
  };
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
      allowHealth: options.allowHealth,
      forbidHealth: options.forbidHealth,
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
