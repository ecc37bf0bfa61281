import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { HelmVersion } from '../../src/charts/helm/dialect.ts';
import { expectedOf, firstDifference } from './blot.ts';
import { NOTHING_GIVEN, renderChart } from './ours.ts';
import { HelmPeer } from './peer.ts';
import { helmProgram } from './programs.ts';

const folder = join(import.meta.dirname, '..', 'fixtures', 'helm');

/** Charts of the fixtures: a folder with a Chart.yaml that lies in no other chart. */
function chartsBelow(path: string): string[] {
  if (existsSync(join(path, 'Chart.yaml'))) return [path];
  const folders = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.flatMap(({ name }) => chartsBelow(join(path, name)));
}

/** What `helm template` could be given in any chart that `helm create` made. */
const SETS: readonly (readonly string[])[] = [
  [],
  ['ingress.enabled=true', 'autoscaling.enabled=true', 'replicaCount=3'],
  ['serviceAccount.create=false', 'podAnnotations.a\\.b=c', 'nodeSelector.x=y', 'httpRoute.enabled=true'],
];

for (const helm of [4, 3] as const satisfies readonly HelmVersion[]) {
  describe(`charts, as Helm ${helm} renders them`, function () {
    this.timeout(120_000);
    let peer: HelmPeer;
    let made: string;
    before(function () {
      const program = helmProgram(helm);
      if (program === undefined) this.skip();
      peer = new HelmPeer(program);
      made = mkdtempSync(join(tmpdir(), 'pilotage-helm-'));
      execFileSync(program, ['create', join(made, 'made')]);
    });
    after(async () => {
      await peer?.stop();
      if (made) rmSync(made, { recursive: true, force: true });
    });

    const compare = async (chart: string, sets: readonly string[] = []): Promise<void> => {
      const ask = () => peer.ask({ chart, release: 'r', sets, includeCRDs: true });
      const [first, second] = [await ask(), await ask()];
      const ours = renderChart({
        path: chart,
        release: 'r',
        helm,
        includeCrds: true,
        given: { ...NOTHING_GIVEN, set: sets },
      });
      expect(ours.error === undefined, `${first.error} | ${ours.error}`).to.equal(first.error === undefined);
      if (first.output === undefined || ours.output === undefined) return;
      const expected = expectedOf([first.output, second.output ?? '']);
      const line = expected && firstDifference(ours.output, expected);
      if (line !== undefined) expect(ours.output).to.equal(first.output);
    };

    for (const chart of chartsBelow(folder))
      it(`${chart.slice(folder.length + 1)} is equal`, () => compare(chart));
    for (const sets of SETS)
      it(`what helm create writes is equal with ${sets.join(' ') || 'its own values'}`, async () => {
        await compare(join(made, 'made'), sets);
        expect(readFileSync(join(made, 'made', 'Chart.yaml'), 'utf8')).to.contain('made');
      });
  });
}
