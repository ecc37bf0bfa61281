/** A second node of a Pilotage, as a person makes one: the agent on a data directory of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { NODES } from '../../src/kube/kinds/resources.data.ts';
import { findCondition } from '../../src/kube/values/condition.ts';
import { eventually, main, type Pilotage, withApi } from './harness.ts';
import { cleanEnv, run } from './processes.ts';

export class JoinedNode {
  readonly name: string;
  readonly dataDir: string;
  readonly log: string[] = [];
  #child: ChildProcess | undefined;
  readonly #pilotage: Pilotage;

  constructor(pilotage: Pilotage, name: string) {
    this.#pilotage = pilotage;
    this.name = name;
    this.dataDir = join(pilotage.dir, name);
  }

  /** With the command that `pilotage node token` prints. */
  static async join(pilotage: Pilotage, name: string): Promise<JoinedNode> {
    const node = new JoinedNode(pilotage, name);
    const { command } = await pilotage.json<{ command: string }>('node', 'token');
    await node.run(...command.split(' ').slice(2), '--node-name', name, '--engine', 'none');
    return node;
  }

  /** Runs its agent until it ends by itself or is killed; resolves when the cluster calls the node ready. */
  async run(...options: readonly string[]): Promise<void> {
    const since = Date.now();
    const child = spawn(process.execPath, [main, 'agent', '--data-dir', this.dataDir, ...options], {
      env: cleanEnv({}),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#child = child;
    createInterface({ input: child.stderr }).on('line', (line) => this.log.push(line));
    await eventually(`node ${this.name} is ready`, async () => {
      if (child.exitCode !== null) throw new Error(`the agent ended: ${this.log.slice(-3).join('\n')}`);
      return (await this.heardOf()) >= since;
    });
  }

  /** When the cluster has last heard that it is ready; 0: it is not. */
  async heardOf(): Promise<number> {
    const node = await withApi(this.#pilotage.ready.kubeconfig, (client) =>
      client.get(NODES, { name: this.name }),
    ).catch(() => undefined);
    const ready = findCondition(node?.status?.conditions, 'Ready') as
      | { status: string; lastHeartbeatTime?: string }
      | undefined;
    // Times of the API have whole seconds.
    return ready?.status === 'True' ? Date.parse(ready.lastHeartbeatTime ?? '') + 999 : 0;
  }

  /** The agent alone, as a crash would. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }

  /** Agent and pods. */
  async down(): Promise<void> {
    await run(process.execPath, [main, 'down', '--data-dir', this.dataDir]);
    await this.kill();
  }

  /** As process lists show it. */
  async commandLine(): Promise<string> {
    return (await readFile(`/proc/${this.#child?.pid}/cmdline`, 'utf8')).replaceAll('\0', ' ');
  }

  async config(): Promise<{ podCidr: string }> {
    return JSON.parse(await readFile(join(this.dataDir, 'agent', 'config.json'), 'utf8'));
  }
}
