import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Pilotage } from './harness.ts';
import { cleanEnv, type Finished, run } from './processes.ts';

/** What drives Pilotage from outside is skipped, and the run says so, where that tool is absent. */
export const describeWithKubectl: Mocha.SuiteFunction | Mocha.PendingSuiteFunction =
  spawnSync('kubectl', ['version', '--client']).status === 0 ? describe : describe.skip;

export const fixture = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/e2e/kubectl/${name}`, import.meta.url));

export interface Running {
  /** What it has printed so far. */
  text(): string;
  /** All that it printed, when it ends by itself. */
  ended(): Promise<string>;
  stop(): Promise<string>;
}

/** The real kubectl, in one namespace of a running Pilotage. */
export class Kubectl {
  readonly #pilotage: Pilotage;
  readonly #namespace: string;

  private constructor(pilotage: Pilotage, namespace: string) {
    this.#pilotage = pilotage;
    this.#namespace = namespace;
  }

  /** A namespace that is there, or will be. */
  static in(pilotage: Pilotage, namespace: string): Kubectl {
    return new Kubectl(pilotage, namespace);
  }

  static async inNamespace(pilotage: Pilotage, namespace: string): Promise<Kubectl> {
    const kubectl = Kubectl.in(pilotage, namespace);
    await kubectl.ok('create', 'namespace', namespace);
    return kubectl;
  }

  get #env(): Record<string, string> {
    return { KUBECONFIG: this.#pilotage.ready.kubeconfig, HOME: this.#pilotage.dir };
  }

  run(...args: readonly string[]): Promise<Finished> {
    return run('kubectl', ['--namespace', this.#namespace, ...args], { env: this.#env, timeout: 30_000 });
  }

  /** What it prints when it succeeds, as it must. */
  async ok(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(...args);
    expect(code, `kubectl ${args.join(' ')}\n${stdout}${stderr}`).to.equal(0);
    return stdout.trimEnd();
  }

  async lines(...args: readonly string[]): Promise<string[]> {
    return (await this.ok(...args)).split('\n');
  }

  /** What it complains of when it fails, as it must. */
  async fails(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(...args);
    expect(code, `kubectl ${args.join(' ')} should have failed\n${stdout}${stderr}`).to.not.equal(0);
    return stderr.trimEnd();
  }

  async get<T>(...args: readonly string[]): Promise<T> {
    return JSON.parse(await this.ok('get', ...args, '-o', 'json', '--show-managed-fields')) as T;
  }

  jsonpath(object: string, path: string): Promise<string> {
    return this.ok('get', object, '-o', `jsonpath={${path}}`);
  }

  /** A manifest in a file of its own. */
  async file(manifest: string | object): Promise<string> {
    const path = join(await mkdtemp(join(this.#pilotage.dir, 'manifest-')), 'manifest.yaml');
    await writeFile(path, typeof manifest === 'string' ? manifest : JSON.stringify(manifest));
    return path;
  }

  async apply(manifest: string | object, ...flags: readonly string[]): Promise<string> {
    return this.ok('apply', ...flags, '-f', await this.file(manifest));
  }

  /** A command that goes on while the test does. */
  start(...args: readonly string[]): Running {
    const child = spawn('kubectl', ['--namespace', this.#namespace, ...args], { env: cleanEnv(this.#env) });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
    });
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
    const finished = () => ended.then(() => text);
    return {
      text: () => text,
      ended: finished,
      stop() {
        child.kill();
        return finished();
      },
    };
  }
}
