/** The programs of others that these tests drive: built by scripts/peers.mjs, whose folder the environment names. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Finished, run } from '../e2e/processes.ts';

const folder = process.env.PILOTAGE_PROGRAMS ?? '';

/** What they are given: a chart, a configuration, manifests. */
export const fixture = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/clients/${name}`, import.meta.url));

export const program = (name: string): string => join(folder, name);

/** A client with the kubeconfig of a cluster and a home of its own; its output when it succeeds, as it must. */
export function client(name: string, kubeconfig: string, home: string) {
  const env = { KUBECONFIG: kubeconfig, HOME: home };
  const attempt = (...args: readonly string[]): Promise<Finished> =>
    run(program(name), args, { env, timeout: 120_000 });
  return {
    attempt,
    async ok(...args: readonly string[]): Promise<string> {
      const { code, stdout, stderr } = await attempt(...args);
      if (code !== 0) throw new Error(`${name} ${args.join(' ')} ended with ${code}:\n${stdout}${stderr}`);
      return stdout.trimEnd();
    },
  };
}
