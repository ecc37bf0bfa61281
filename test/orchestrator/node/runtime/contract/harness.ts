import { expect } from 'chai';
import type { Attempt, PodRuntime } from '../../../../../src/orchestrator/node/runtime/runtime.ts';
import type {
  ContainerRef,
  ContainerSpec,
  Sandbox,
} from '../../../../../src/orchestrator/node/runtime/spec.ts';
import { until } from '../../helpers.ts';
import { containerSpec } from '../notation.ts';

/** What the programs of the contract do, as a command of the runtime under test. */
export interface Programs {
  /** Prints a line and ends with the code. */
  prints(line: string, exitCode: number): readonly string[];
  /** Prints `up`, runs until SIGTERM, then prints `bye` and ends with the code. */
  serves(exitCode: number): readonly string[];
  /** Prints `up` and ignores SIGTERM. */
  stubborn: readonly string[];
  /** Prints the value of a variable and ends. */
  shows(variable: string): readonly string[];
  /** Prints a file and ends. */
  reads(path: string): readonly string[];
  /** Copies standard input to standard output and ends with the code. */
  copies(exitCode: number): readonly string[];
  /** Prints a line to standard error and ends with the code. */
  complains(line: string, exitCode: number): readonly string[];
  /** Writes lines without end. */
  floods: readonly string[];
}

export interface RuntimeUnderTest {
  /** An image that `pullImage` finds, and one that it does not. */
  readonly image: string;
  readonly missingImage: string;
  readonly programs: Programs;
  /** An agent's runtime; one that is opened later finds what earlier ones started. */
  open(): PodRuntime;
  /** The directory on this node that mounts of a pod come from. */
  volumesDir(pod: string): string;
  dispose(): Promise<void>;
}

/** One runtime under test for all tests of a contract, and what they do with it. */
export class Harness {
  readonly #opened: PodRuntime[] = [];
  #pods = 0;
  #test: RuntimeUnderTest | undefined;
  #runtime: PodRuntime | undefined;

  constructor(create: () => RuntimeUnderTest) {
    before(() => {
      this.#test = create();
      this.#runtime = this.open();
    });
    after(async () => {
      await this.runtime.stopAll({ graceMs: 0 });
      await Promise.all(this.#opened.map((one) => one.close()));
      await this.test.dispose();
    });
  }

  get test(): RuntimeUnderTest {
    if (!this.#test) throw new Error('the runtime is made before the first test');
    return this.#test;
  }

  get runtime(): PodRuntime {
    if (!this.#runtime) throw new Error('the runtime is made before the first test');
    return this.#runtime;
  }

  /** The runtime of another agent. */
  open(): PodRuntime {
    const one = this.test.open();
    this.#opened.push(one);
    return one;
  }

  async sandbox(): Promise<Sandbox> {
    const pod = `pod-${this.#pods++}`;
    const result = await this.runtime.runSandbox({
      pod,
      namespace: 'shop',
      name: pod,
      hostname: pod,
      hostNetwork: false,
      containers: ['main', 'other'],
      images: [this.test.image],
      volumesDir: this.test.volumesDir(pod),
    });
    if (!result.ok) throw new Error(result.message);
    return result.sandbox;
  }

  async run(
    { pod }: Pick<Sandbox, 'pod'>,
    command: readonly string[],
    more: Partial<ContainerSpec> = {},
  ): Promise<ContainerRef> {
    const ref = { pod, container: 'main', attempt: 0, ...more.ref };
    const pulled = await this.runtime.pullImage(this.test.image);
    if (!pulled.ok) throw new Error(pulled.message);
    const env = { PATH: '/usr/bin:/bin', GREETING: 'hello' };
    const spec = containerSpec(ref, command, { image: pulled.image, env, ...more, ref });
    expect(await this.runtime.start(spec)).to.deep.equal({ ok: true });
    return ref;
  }

  async attemptOf(
    { pod, container, attempt }: ContainerRef,
    of = this.runtime,
  ): Promise<Attempt | undefined> {
    const attempts = await of.attempts(pod);
    return attempts.find(({ ref }) => ref.container === container && ref.attempt === attempt);
  }

  ended(ref: ContainerRef, of = this.runtime): Promise<Attempt> {
    return until(`the end of ${ref.pod}`, async () => {
      const found = await this.attemptOf(ref, of);
      return found && found.state.type !== 'running' ? found : undefined;
    });
  }

  logOf(ref: ContainerRef, of = this.runtime): Promise<string> {
    return textOf(of.logs(ref, { follow: false, timestamps: false }, lasting()));
  }

  up(ref: ContainerRef): Promise<boolean> {
    return until('the program to be up', async () => (await this.logOf(ref)) === 'up\n');
  }
}

/** A signal that never aborts. */
export const lasting = (): AbortSignal => new AbortController().signal;

export async function textOf(pieces: AsyncIterable<Buffer>): Promise<string> {
  const all: Buffer[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all).toString();
}
