import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import type { Clock } from '../../../base/clock.ts';
import { errnoOf } from '../../../base/errors.ts';
import { renewed } from '../../../base/once.ts';
import { rulesetOf } from './ruleset.ts';

/** The packet filter of the kernel, in network namespaces of pods. */
export interface Nft {
  /** Why there is none here, with what would help; undefined: there is. What has not been there is looked for again after a minute. */
  lack(): Promise<string | undefined>;
  /** `namespace`: a path as /proc/1234/ns/net. Rejects with what nft(8) says; then nothing has changed. */
  apply(namespace: string, script: string): Promise<void>;
}

const AGAIN_MS = 60_000;
/** nft and its like stand where users do not look for programs. */
const ENVIRONMENT = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };
/** Needs everything that the rules of a pod may need. */
const SAMPLE = rulesetOf(
  { ingress: [{ protocol: 'TCP', ports: [1, 2], peers: [{ cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] }] }] },
  { node: ['10.0.0.1'], relayed: [] },
);

export function createNft(clock: Clock): Nft {
  let isThere = false;
  async function look(): Promise<string | undefined> {
    try {
      await run(['unshare', '--net', 'nft', '-f', '-'], SAMPLE);
      isThere = true;
      return undefined;
    } catch (error) {
      return remedyOf(error as Error);
    }
  }
  const latest = renewed(look, AGAIN_MS, clock);
  return {
    lack: () => (isThere ? Promise.resolve(undefined) : latest()),
    apply: (namespace, script) => run(['nsenter', `--net=${namespace}`, 'nft', '-f', '-'], script),
  };
}

async function run([program = '', ...args]: readonly string[], input: string): Promise<void> {
  const child = spawn(program, args, { env: ENVIRONMENT, cwd: '/', stdio: ['pipe', 'ignore', 'pipe'] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  // A program that ends before it has read everything says why.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const said = text(child.stderr);
  const code = await ended;
  if (code !== 0) throw new Error((await said).trim() || `${program} ended with code ${code}`);
}

/** What stands in the way, and what would help, by what a program says. */
export function remedyOf(error: Error): string {
  const { message } = error;
  const isMissing = errnoOf(error) === 'ENOENT' || /failed to execute|No such file/.test(message);
  if (isMissing) return 'nft, unshare or nsenter is missing: install nftables and util-linux';
  if (/not permitted|denied/i.test(message))
    return `the agent may not set rules (${firstLine(message)}): run Pilotage as root, on the machine itself`;
  return `nft refuses what is needed (${firstLine(message)}): a kernel with nf_tables and nf_conntrack would do`;
}

const firstLine = (message: string): string => message.split('\n')[0] ?? '';
