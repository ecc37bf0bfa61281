import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { hideArgument } from '../../base/commandline.ts';
import { ProblemError } from '../../base/errors.ts';
import { LOG_LEVELS, type LogLevel } from '../../base/log.ts';
import { dns1123Subdomain, labelValue, qualifiedName } from '../../kube/values/names.ts';
import { readAuthority } from '../authorities.ts';
import type { CliContext, JoinOptions } from '../context.ts';
import { parseEngine } from './engine.ts';

interface Flags {
  readonly dataDir?: string;
  readonly server?: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly caHash?: string;
  readonly ca?: string;
  readonly nodeName?: string;
  readonly nodeIp?: string;
  readonly label: Readonly<Record<string, string>>;
  readonly engine?: string;
  readonly logLevel: LogLevel;
}

/** The node's own process: `up` starts one by itself; on another machine, or for a second node on this one, a person does. */
export function agentCommand(context: CliContext, exit: (code: number) => void): Command {
  return new Command('agent')
    .description('make this machine a node of a Pilotage elsewhere, and run its agent')
    .option(
      '--data-dir <dir>',
      `where everything of the node is kept (default: ${context.surroundings.dataDir})`,
    )
    .option('--server <url>', 'its Kubernetes API: https://HOST:PORT', parseServer)
    .option('--token <token>', 'what lets it join, the first time only: `pilotage node token` makes one')
    .option('--token-file <file>', 'the same in a file; - for standard input')
    .option(
      '--ca-hash <hash>',
      'by which it knows the authority of that API: sha256:…, printed with the token',
      parseHash,
    )
    .option('--ca <file>', 'that authority itself, PEM (pki/ca.crt there)')
    .option('--node-name <name>', 'as kubectl has it (default: the name of the machine)', parseName)
    .option(
      '--node-ip <address>',
      'of this machine, for others (default: the one that reaches the API)',
      parseIP,
    )
    .option('--label <key=value>', 'of the node when it joins; repeatable', parseLabel, {})
    .option('--engine <path>', 'socket of the container engine, as for `pilotage up`; none: no containers')
    .addOption(
      new Option('--log-level <level>', 'of the JSON log on stderr').choices(LOG_LEVELS).default('info'),
    )
    .action(async (flags: Flags) => {
      const join = await joinOf(flags);
      const dataDir = resolve(flags.dataDir ?? context.surroundings.dataDir);
      exit(await context.runAgent({ dataDir, logLevel: flags.logLevel, ...(join ? { join } : {}) }));
    });
}

async function joinOf(flags: Flags): Promise<JoinOptions | undefined> {
  const { server, caHash, ca, nodeName, nodeIp: nodeIP, label: labels, engine } = flags;
  if (flags.token !== undefined) hideArgument(flags.token);
  const token =
    flags.tokenFile === undefined
      ? flags.token
      : (await readFile(flags.tokenFile === '-' ? '/dev/stdin' : flags.tokenFile, 'utf8')).trim();
  if (server === undefined && token === undefined) return undefined;
  if (server === undefined || token === undefined || (caHash === undefined && ca === undefined)) {
    throw new ProblemError({
      reason: 'Misuse',
      message:
        'To join, a machine has to know where, with which token, and whom to believe there: --server, --token and --ca-hash.',
      remedy: 'Run what `pilotage node token` prints where the control plane is.',
    });
  }
  const trust = ca === undefined ? { hash: caHash ?? '' } : { ca: await readAuthority(ca) };
  const engineSockets = engine === undefined ? undefined : parseEngine(engine);
  return { server, token, trust, nodeName, nodeIP, labels, engineSockets };
}

function parseServer(text: string): string {
  if (URL.canParse(text) && new URL(text).protocol === 'https:') return new URL(text).origin;
  throw new InvalidArgumentError('It must be https://HOST:PORT.');
}

function parseHash(text: string): string {
  if (/^sha256:[0-9a-f]{64}$/.test(text)) return text;
  throw new InvalidArgumentError('It must be sha256: and 64 hexadecimal digits.');
}

function parseName(text: string): string {
  if (text.length <= 63 && dns1123Subdomain(text) === undefined) return text;
  throw new InvalidArgumentError('It must be lower-case letters, digits, - and dots, 63 at most.');
}

function parseIP(text: string): string {
  if (isIP(text) > 0) return text;
  throw new InvalidArgumentError('It must be an IP address.');
}

function parseLabel(text: string, before: Readonly<Record<string, string>>): Record<string, string> {
  const [, key, value] = /^([^=]+)=(.*)$/.exec(text) ?? [];
  if (key === undefined || value === undefined) throw new InvalidArgumentError('It must be KEY=VALUE.');
  const problem = qualifiedName(key) ?? labelValue(value);
  if (problem !== undefined) throw new InvalidArgumentError(problem);
  return { ...before, [key]: value };
}
