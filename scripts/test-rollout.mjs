// `npm run test:rollout [-- processes|containers…]`: requests through Services and Ingresses while pods are replaced and everything else is killed.
import { lackOfEngine, startEngine } from './engine.mjs';
import { ensureBuilt, ensureInstalled } from './setup.mjs';

const RUNTIMES = ['processes', 'containers'];
const chosen = process.argv.slice(2).filter((word) => RUNTIMES.includes(word));
const wanted = chosen.length > 0 ? chosen : RUNTIMES;
const others = process.argv.slice(2).filter((word) => !RUNTIMES.includes(word));

ensureInstalled();
await ensureBuilt();
const { createSuite } = await import('./suite.mjs');
const suite = createSuite();
const lack = wanted.includes('containers') ? lackOfEngine() : undefined;
const engine = wanted.includes('containers') && !lack ? await startEngine() : undefined;
if (lack) console.log(`!!! no engine: ${lack}. Nothing was tested with containers.`);
try {
  for (const runtime of wanted) {
    if (runtime === 'containers' && !engine) continue;
    await suite.mocha(
      [['--exit', `test/rollout/${runtime}.rollout.ts`, ...others]],
      engine
        ? {
            CONTAINER_ENGINE: engine.socket,
            ...(engine.service ? { ENGINE_SERVICE: JSON.stringify(engine.service) } : {}),
          }
        : {},
    );
  }
} finally {
  engine?.stop();
}
if (lack && process.env.PILOTAGE_SKIP_NOTHING === '1') process.exit(1);
suite.finish();
