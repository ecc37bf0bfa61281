// `npm run test:containers`: pods of container images on a real engine, by the contract of runtimes and with kubectl on the built program.
import { lackOfEngine, startEngine } from './engine.mjs';
import { startRegistry } from './registry.mjs';
import { ensureBuilt, ensureInstalled } from './setup.mjs';

// `test/e2e/seeds.peer.ts` takes four minutes and has an autoscaler follow a load: it is run by its name.
const PEER_TESTS = [
  'test/orchestrator/node/runtime/container/containerruntime.peer.ts',
  'test/e2e/containers.peer.ts',
  'test/e2e/containerimages.peer.ts',
  'test/e2e/containervolumes.peer.ts',
  'test/e2e/containersettings.peer.ts',
  'test/e2e/containernetwork.peer.ts',
  'test/e2e/containerdatagrams.peer.ts',
  'test/e2e/networkpolicies.peer.ts',
  'test/e2e/containerengine.peer.ts',
  'test/e2e/builtimages.peer.ts',
];

const lack = lackOfEngine();
if (lack) {
  console.log(`!!! no engine: ${lack}. Nothing of containers was tested.\n\n0 passed, 0 failed`);
  process.exit(process.env.PILOTAGE_SKIP_NOTHING === '1' ? 1 : 0);
}
ensureInstalled();
await ensureBuilt();
const registry = await startRegistry();
if (!registry) console.log('!!! no registry: docker-registry is not installed. No private image was tested.');
// An engine that is already there asks the registries that it knows.
const mirror = process.env.CONTAINER_ENGINE ? undefined : await startRegistry({ open: true });
const engine = await startEngine(registry?.address, mirror?.address);
const { createSuite } = await import('./suite.mjs');
const suite = createSuite();
try {
  const files = process.argv.length > 2 ? process.argv.slice(2) : PEER_TESTS;
  await suite.mocha([['--timeout', '60000', ...files]], {
    CONTAINER_ENGINE: engine.socket,
    ...(registry ? { REGISTRY: JSON.stringify(registry) } : {}),
    ...(mirror ? { MIRROR: mirror.address } : {}),
    ...(engine.service ? { ENGINE_SERVICE: JSON.stringify(engine.service) } : {}),
  });
} finally {
  engine.stop();
  registry?.stop();
  mirror?.stop();
}
suite.finish();
