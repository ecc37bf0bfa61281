import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/log.ts';
import { createControlPlane } from '../../src/orchestrator/controlplane.ts';
import { createHarness } from './harness.ts';
import { play, readScenario } from './scenarios/runner.ts';

const FOLDER = new URL('scenarios/', import.meta.url);
const NAMES = readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const scenarios = await Promise.all(
  NAMES.map(async (name) => [name, await readScenario(new URL(`${name}/`, FOLDER))] as const),
);

describe('stories about deliveries', () => {
  for (const [name, scenario] of scenarios) {
    it(name.replaceAll('-', ' '), async () => {
      const world = await createHarness();
      try {
        await play(scenario, world);
      } finally {
        await world.stop();
      }
    });
  }

  describe('with the built-in control plane', () => {
    for (const [name, scenario] of scenarios.filter(([, { clusters = [] }]) =>
      clusters.includes('orchestrator'),
    )) {
      it(name.replaceAll('-', ' '), async () => {
        const dataDir = await mkdtemp(join(tmpdir(), 'pilotage-story-'));
        const serviceCidr = '127.201.0.0/16';
        const plane = await createControlPlane({
          ...{ dataDir, serviceCidr },
          clock: systemClock,
          logger: silentLogger,
        });
        await plane.start();
        const world = await createHarness({ client: plane.client(), clock: systemClock });
        try {
          await play(scenario, world, true);
        } finally {
          await world.stop();
          await plane.stop();
          await rm(dataDir, { recursive: true, force: true });
        }
      }).timeout(30_000);
    }
  });
});
