/** The network of builds: each gets a namespace with loopback alone, and in it a proxy to the registries that its delivery may use. */

import { isIP } from 'node:net';
import type { Clock } from '../../../../../base/clock.ts';
import type { Problem } from '../../../../../base/errors.ts';
import { isLocalAddress } from '../../../../../base/localaddresses.ts';
import type { Logger } from '../../../../../base/log.ts';
import type { Workshop } from '../confinement/workshop.ts';
import { allowed, type Decision, type Endpoint, type Rule, ruleOf, written } from './allowed.ts';
import { openNetworkNamespace } from './namespace.ts';
import { type Missed, serveProxy } from './proxy.ts';
import { openRegistries, type Registries } from './registries.ts';
import { upstreamOf } from './upstream.ts';

export interface BuildNetwork {
  /** The workshop, in this network. */
  within(workshop: Workshop): Workshop;
  /** The failure of a build, with what this network had to do with it. */
  explain(problem: Problem): Problem;
  close(): void;
}

export interface BuildNetworks {
  /** Rejects with ProblemError when there is none to be had. */
  open(request: {
    readonly delivery: string;
    /** HOST or HOST:PORT, which a person allows beside those of the machine. */
    readonly registries: readonly string[];
    /** Told once of each host that is refused, or does not answer. */
    readonly tell: (line: string) => void;
  }): Promise<BuildNetwork>;
}

export interface BuildNetworkOptions {
  /** Where the machine's registries are, and its own proxies; HOME is the user's. */
  readonly env: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A build that tries names without end is shown so many. */
const REPORTED_HOSTS = 20;

export function openBuildNetworks({ env, clock, logger }: BuildNetworkOptions): BuildNetworks {
  const machine = openRegistries({ env, clock, logger });
  return {
    async open({ delivery, registries, tell }) {
      const own = registries.map(ruleOf).filter((rule) => rule !== undefined);
      const reported = new Set<string>();
      const [configured, namespace] = await Promise.all([
        machine.configured(),
        openNetworkNamespace(process.geteuid?.() === 0),
      ]);
      const variables = proxyVariables(namespace.port, configured);
      const proxy = serveProxy({
        server: namespace.server,
        decide: (to) => decide(to, machine, own),
        upstream: (to, isSecure) => upstreamOf(to, env, isSecure),
        onMissed(to, why) {
          const line = refusal(delivery, to, why);
          if (!reported.has(line) && reported.size < REPORTED_HOSTS) {
            reported.add(line);
            tell(line);
          }
          return line;
        },
      });
      return {
        within: ({ place, command }) => ({
          place,
          command(argv, given) {
            const made = command(argv, { ...withoutProxies(given), ...variables });
            return { ...made, argv: namespace.enter(made.argv) };
          },
        }),
        explain: (problem) => explained(problem, [...reported]),
        close() {
          proxy.close();
          namespace.close();
        },
      };
    },
  };
}

/** What tools say who do not ask a proxy. */
const NO_NETWORK =
  /network is unreachable|ENETUNREACH|EAI_AGAIN|ENOTFOUND|could not resolve|name resolution|name or service not known|no such host/i;

export function explained(problem: Problem, refused: readonly string[]): Problem {
  const { details = [] } = problem;
  // What was reported while it ran may be far from the end of the output.
  if (refused.length > 0) return { ...problem, details: [...details, ...refused] };
  if (!details.some((line) => NO_NETWORK.test(line))) return problem;
  const why = 'network: builds reach registries alone, by the proxy that HTTP_PROXY and HTTPS_PROXY name';
  return { ...problem, details: [...details, why] };
}

async function decide(to: Endpoint, machine: Registries, own: readonly Rule[]): Promise<Decision> {
  const decision = allowed(to, [...(await machine.configured()), ...own]);
  // No index keeps its files at a bare address.
  if (decision.type === 'allowed' || isIP(to.host) !== 0 || isOwnName(to)) return decision;
  return allowed(to, await machine.files());
}

function refusal(delivery: string, to: Endpoint, why: Missed): string {
  if (why instanceof Error) return `network: ${written(to)} does not answer: ${why.message}`;
  if (why === 'local' || isOwnName(to))
    return `network: ${written(to)} leads to this machine, which builds do not reach`;
  const host = written(to);
  return `network: ${host} is not a registry that ${delivery} may use → pilotage connect ${delivery} --allow-registry ${host}`;
}

const PROXIES = /^((https?|no|all)_proxy|npm_config_((https?_?)?proxy|noproxy)|pip_proxy)$/i;

const withoutProxies = (env: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !PROXIES.test(name)));

const isOwnName = ({ host }: Endpoint): boolean =>
  /(^|\.)localhost$/.test(host) || (isIP(host) !== 0 && isLocalAddress(host));

const OWN_NAMES = 'localhost,127.0.0.1,::1';

/**
 * By the names that each tool knows; npm's and pip's own come before what a file of the machine says. What a build itself listens on is
 * reached directly, except where the machine has a registry at such an address: that is reached through the proxy.
 */
export function proxyVariables(port: number, configured: readonly Rule[]): Readonly<Record<string, string>> {
  const proxy = `http://127.0.0.1:${port}`;
  const bypass = configured.some(({ host, port = 80 }) => isOwnName({ host, port })) ? '' : OWN_NAMES;
  const ways = ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy'];
  const own = ['npm_config_proxy', 'npm_config_https_proxy', 'PIP_PROXY'];
  const bypasses = ['NO_PROXY', 'no_proxy', 'npm_config_noproxy'];
  return {
    ...Object.fromEntries([...ways, ...own].map((name) => [name, proxy])),
    ...Object.fromEntries(bypasses.map((name) => [name, bypass])),
  };
}
