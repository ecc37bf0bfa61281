import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';

/** A template by itself, or a chart with what the flags of `helm template` say of it (test/peers/helm4/render). */
export type HelmRequest =
  | {
      readonly template: string;
      readonly name?: string;
      readonly data?: unknown;
      readonly functions?: string;
      readonly missingKey?: string;
    }
  | {
      readonly chart: string;
      readonly release: string;
      readonly namespace?: string;
      readonly valueFiles?: readonly string[];
      readonly sets?: readonly string[];
      readonly includeCRDs?: boolean;
    }
  | { readonly codec: string; readonly value: unknown }
  | { readonly args: readonly unknown[]; readonly format?: string };

export interface HelmAnswer {
  readonly output?: string;
  /** Output that is not UTF-8, in base64. */
  readonly outputBytes?: string;
  readonly error?: string;
  readonly value?: unknown;
  readonly millis: number;
}

/** Helm in a process of its own, which renders one request after another. */
export class HelmPeer {
  private readonly child: ChildProcess;
  private readonly lines: Interface;
  private readonly waiting: { resolve(answer: HelmAnswer): void; reject(error: Error): void }[] = [];

  constructor(program: string) {
    this.child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
    if (!this.child.stdout) throw new Error('the program has no output');
    this.lines = createInterface({ input: this.child.stdout });
    this.lines.on('line', (line) => this.waiting.shift()?.resolve(JSON.parse(line) as HelmAnswer));
    this.child.on('close', (code) => {
      for (const { reject } of this.waiting.splice(0)) reject(new Error(`Helm's program ended with ${code}`));
    });
  }

  /** Requests may be sent before earlier ones are answered. */
  ask(request: HelmRequest): Promise<HelmAnswer> {
    if (this.child.exitCode !== null)
      return Promise.reject(new Error(`Helm's program ended with ${this.child.exitCode}`));
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.child.stdin?.write(`${JSON.stringify(request)}\n`);
    });
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const closed = once(this.child, 'close');
    this.child.stdin?.end();
    await closed;
  }
}
