/** Two machines, as far as networks go: a network namespace each, with a cable between them. */
import { type Finished, run } from './processes.ts';

export interface Machine {
  readonly address: string;
  /** A command line that runs another one there. */
  readonly under: readonly string[];
  run(...command: readonly string[]): Promise<Finished>;
}

async function ip(...args: readonly string[]): Promise<void> {
  const { code, stderr } = await run('ip', args);
  if (code !== 0) throw new Error(`ip ${args.join(' ')}: ${stderr}`);
}

/** Whether this user may make network namespaces: root with iproute2. */
export async function mayMakeNetworks(): Promise<boolean> {
  const name = `pilotage-try-${process.pid}`;
  const made = await run('ip', ['netns', 'add', name]).catch(() => undefined);
  if (made?.code !== 0) return false;
  await ip('netns', 'delete', name);
  return true;
}

export class TwoMachines {
  readonly a: Machine;
  readonly b: Machine;
  readonly #names: readonly string[];

  private constructor(names: readonly [string, string]) {
    this.#names = names;
    const machine = (name: string, address: string): Machine => {
      const under = ['ip', 'netns', 'exec', name];
      return { address, under, run: (...command) => run('ip', [...under.slice(1), ...command]) };
    };
    this.a = machine(names[0], '10.231.77.1');
    this.b = machine(names[1], '10.231.77.2');
  }

  static async make(): Promise<TwoMachines> {
    const names = [`pilotage-a-${process.pid}`, `pilotage-b-${process.pid}`] as const;
    const [first, second] = names;
    const made = new TwoMachines(names);
    try {
      await ip('netns', 'add', first);
      await ip('netns', 'add', second);
      await ip('-n', first, 'link', 'add', 'cable', 'type', 'veth', 'peer', 'name', 'cable', 'netns', second);
      for (const [name, { address }] of [
        [first, made.a],
        [second, made.b],
      ] as const) {
        await ip('-n', name, 'address', 'add', `${address}/30`, 'dev', 'cable');
        for (const device of ['lo', 'cable']) await ip('-n', name, 'link', 'set', device, 'up');
      }
    } catch (error) {
      await made.remove();
      throw error;
    }
    return made;
  }

  /** Pulls the cable, or plugs it in again. */
  async cable(state: 'up' | 'down'): Promise<void> {
    await ip('-n', this.#names[1] ?? '', 'link', 'set', 'cable', state);
  }

  async remove(): Promise<void> {
    for (const name of this.#names) await run('ip', ['netns', 'delete', name]);
  }
}
