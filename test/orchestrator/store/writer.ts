/** A process that writes until it is killed, and says on stdout what was acknowledged: `node … writer.ts DIR`. */
import { systemClock } from '../../../src/base/clock.ts';
import { silentLogger } from '../../../src/base/log.ts';
import { openStore } from '../../../src/orchestrator/store/store.ts';
import { ABSENT } from '../../../src/orchestrator/store/types.ts';

const [dir = '', writers = '4'] = process.argv.slice(2);
const store = await openStore({ dir, clock: systemClock, logger: silentLogger });

async function write(writer: number): Promise<never> {
  for (let value = 1; ; value++) {
    const name = `w${writer}-${value % 50}`;
    const object = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: 'default' },
      data: { value: `${value}` },
    };
    try {
      const key = `core/configmaps/default/${name}`;
      const { revision } = await store.put(key, object, store.latest(key)?.revision ?? ABSENT);
      process.stdout.write(`${name} ${value} ${revision}\n`);
    } catch (error) {
      process.stdout.write(`refused ${error instanceof Error ? error.message : error}\n`);
      process.exit(0);
    }
  }
}

await Promise.all(Array.from({ length: Number(writers) }, (_, writer) => write(writer)));
