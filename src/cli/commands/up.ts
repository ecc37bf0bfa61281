import { randomBytes } from 'node:crypto';
import { hostname, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { ProblemError } from '../../base/errors.ts';
import { LOG_LEVELS, type LogLevel } from '../../base/log.ts';
import { STRATEGIES, type Strategy } from '../../kube/kinds/podspec/schedulers.ts';
import { outputOption } from '../command.ts';
import type { Address, CliContext, IngressAsked } from '../context.ts';
import { type EncryptionFlags, encryptionOf } from '../encryption.ts';
import { engineSockets } from './engine.ts';

interface UpFlags extends EncryptionFlags {
  readonly dataDir?: string;
  readonly http?: Address;
  readonly api?: Address;
  readonly ingress?: Address | false;
  readonly ingressTls?: Address;
  readonly ingressLog?: boolean;
  readonly httpName: readonly string[];
  readonly kubeconfig?: string;
  readonly home?: string;
  readonly engine?: string;
  readonly ephemeral?: boolean;
  readonly acceptLoss?: boolean;
  readonly oidc?: string;
  readonly signin?: string;
  readonly admissionConfig?: string;
  readonly auditPolicy?: string;
  readonly scheduling?: Strategy;
  readonly ownerPid?: number;
  readonly logLevel?: LogLevel;
  readonly output: 'text' | 'json';
}

const DEFAULT_HTTP: Address = { host: '127.0.0.1', port: 7080 };
const DEFAULT_API: Address = { host: '127.0.0.1', port: 7443 };
const DEFAULT_INGRESS: Address = { host: '127.0.0.1', port: 7081 };
const DEFAULT_INGRESS_TLS: Address = { host: '127.0.0.1', port: 7444 };

export function upCommand(context: CliContext, exit: (code: number) => void): Command {
  return new Command('up')
    .description('start Pilotage: git host, Kubernetes API, delivery and a node on this machine')
    .option('--data-dir <dir>', `where everything is kept (default: ${context.surroundings.dataDir})`)
    .option(
      '--http <host:port>',
      'HTTP face and git host (default: 127.0.0.1:7080; port 0: any, then kept)',
      parseAddress,
    )
    .option('--tls', 'serve HTTPS on loopback too; everywhere else that is the default')
    .option('--no-tls', 'serve plain HTTP')
    .option(
      '--http-cert <file>',
      'certificate of the HTTP face, PEM, followed by those between it and its authority (default: one of the own authority, pki/ca.crt)',
    )
    .option('--http-key <file>', 'its key, PEM; both are read again when they change')
    .option(
      '--insecure',
      'serve plain HTTP where others reach it, and everybody between can read tokens and passwords',
    )
    .option(
      '--http-name <name>',
      'a name under which the HTTP face answers, besides its addresses and localhost; repeatable',
      (name: string, before: readonly string[]) => [...before, name.toLowerCase()],
      [],
    )
    .option('--api <host:port>', 'Kubernetes API (default: 127.0.0.1:7443)', parseAddress)
    .option(
      '--ingress <host:port>',
      'where Ingresses are served over HTTP (default: 127.0.0.1:7081, or another port where that is taken; then kept)',
      parseAddress,
    )
    .option(
      '--ingress-tls <host:port>',
      'where they are served over HTTPS (default: port 7444 of the same address)',
      parseAddress,
    )
    .option('--no-ingress', 'serve no Ingresses')
    .option('--ingress-log', 'a line of agent/agent.log for each request to an Ingress')
    .option(
      '--kubeconfig <file>',
      'contexts of other clusters that deliveries may be allowed to use (default: KUBECONFIG, then ~/.kube/config); read again when it changes',
    )
    .option(
      '--home <context>',
      'keep what Pilotage records in this cluster of the kubeconfig, in place of the built-in one; chosen at the first start',
    )
    .option(
      '--engine <path>',
      'socket of the container engine that runs images, Docker or Podman (default: DOCKER_HOST, then the usual places; none: no containers)',
    )
    .option('--accept-loss', 'start although the store is damaged, without what it has lost')
    .option('--oidc <file>', 'whose ID tokens (OpenID Connect) sign users in to the Kubernetes API')
    .option(
      '--signin <file>',
      'who signs people in besides the passwords that are kept here: a directory (LDAP), an OpenID Connect provider',
    )
    .option(
      '--admission-config <file>',
      'what holds for pods of namespaces without labels of Pod Security, and who is exempt: an AdmissionConfiguration of apiserver.config.k8s.io/v1',
    )
    .option(
      '--audit-policy <file>',
      'what is recorded of requests to the Kubernetes API, a Policy of audit.k8s.io/v1 (default: writes, and reading of Secrets, without bodies)',
    )
    .addOption(
      new Option(
        '--scheduling <strategy>',
        'where pods go that may run on several nodes: apart, close together, anywhere (default: spread)',
      ).choices(STRATEGIES),
    )
    .option('--ephemeral', 'a temporary data directory; everything ends and vanishes with this process')
    .option('--owner-pid <pid>', 'with --ephemeral: end when this process does', parsePid)
    .addOption(
      new Option(
        '--log-level <level>',
        'of the JSON log on stderr (default: info; warn on a terminal)',
      ).choices(LOG_LEVELS),
    )
    .addOption(outputOption())
    .action(async (flags: UpFlags) => {
      const ephemeral = flags.ephemeral === true;
      if (ephemeral && flags.home) throw new ProblemError(LASTING_HOME);
      const dataDir = flags.dataDir ? resolve(flags.dataDir) : defaultDataDir(context, ephemeral);
      // An ephemeral Pilotage stands beside a lasting one, so it never asks for the well-known ports by itself.
      const any: Address = { host: '127.0.0.1', port: 0 };
      const http = flags.http ?? (ephemeral ? any : DEFAULT_HTTP);
      exit(
        await context.runDaemon({
          dataDir,
          http,
          encryption: encryptionOf(flags, http),
          api: flags.api ?? (ephemeral ? any : DEFAULT_API),
          httpNames: [...flags.httpName, flags.http?.host ?? 'localhost', hostname().toLowerCase()],
          httpGiven: flags.http !== undefined,
          apiGiven: flags.api !== undefined,
          kubeconfigs: flags.kubeconfig ? [resolve(flags.kubeconfig)] : context.surroundings.kubeconfigs,
          home: flags.home,
          ingress: ingressOf(flags, ephemeral),
          ephemeral,
          acceptLoss: flags.acceptLoss === true,
          admissionFile: flags.admissionConfig === undefined ? undefined : resolve(flags.admissionConfig),
          auditPolicyFile: flags.auditPolicy === undefined ? undefined : resolve(flags.auditPolicy),
          scheduling: flags.scheduling,
          signInFile: flags.signin === undefined ? undefined : resolve(flags.signin),
          engineSockets: engineSockets(context, flags.engine),
          engineGiven: flags.engine !== undefined,
          oidcFile: flags.oidc === undefined ? undefined : resolve(flags.oidc),
          ownerPid: flags.ownerPid,
          // A person at a terminal reads what `up` prints; what is written to a file is for later.
          logLevel: flags.logLevel ?? (context.stderr.isTTY ? 'warn' : 'info'),
          output: flags.output,
        }),
      );
    });
}

function ingressOf(
  { ingress, ingressTls, ingressLog }: UpFlags,
  ephemeral: boolean,
): IngressAsked | undefined {
  if (ingress === false) {
    if (ingressTls || ingressLog)
      throw new ProblemError(withoutIngress(ingressTls ? '--ingress-tls' : '--ingress-log'));
    return undefined;
  }
  const asked = (address: Address | undefined, usual: Address) =>
    address ? { ...address, given: true } : { ...usual, ...(ephemeral ? { port: 0 } : {}), given: false };
  const http = asked(ingress, DEFAULT_INGRESS);
  const https = asked(ingressTls, { ...DEFAULT_INGRESS_TLS, host: http.host });
  return { http, https, log: ingressLog === true };
}

const withoutIngress = (flag: string) => ({
  reason: 'Misuse',
  message: `${flag} says how Ingresses are served, and --no-ingress that they are not.`,
  remedy: `Leave ${flag} or --no-ingress out.`,
});

/** What it records elsewhere would stay behind, marked as belonging to an instance that is gone. */
const LASTING_HOME = {
  reason: 'Misuse',
  message: '--home needs a Pilotage that lasts: an ephemeral one has a cluster of its own.',
  remedy: 'Leave --ephemeral or --home out.',
};

/** Only the name: an ephemeral folder is created once the process that removes it runs. */
const defaultDataDir = (context: CliContext, ephemeral: boolean): string =>
  ephemeral ? join(tmpdir(), `pilotage-${randomBytes(6).toString('hex')}`) : context.surroundings.dataDir;

export function parseAddress(text: string): Address {
  const [, host = '', port = ''] = /^(?:\[?([^\]]*)\]?:)?(\d{1,5})$/.exec(text) ?? [];
  if (port === '' || Number(port) > 65_535)
    throw new InvalidArgumentError('It must be HOST:PORT, as in 127.0.0.1:7080.');
  return { host: host || '127.0.0.1', port: Number(port) };
}

function parsePid(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('It must be the id of a process.');
  return Number(text);
}
