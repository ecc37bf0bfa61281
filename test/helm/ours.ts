import { basename, dirname } from 'node:path';
import { formatProblem, unwrap } from '../../src/base/errors.ts';
import type { HelmVersion } from '../../src/charts/helm/dialect.ts';
import type { GivenValues } from '../../src/charts/helm/given.ts';
import { loadChart } from '../../src/charts/helm/load.ts';
import { readChartFolder, treeOfFile } from '../../src/cli/init/chartfolder.ts';
import { systemChance } from '../../src/render/chance.ts';
import { createLookups } from '../../src/render/gotemplate/lookups.ts';
import { createMade } from '../../src/render/gotemplate/made.ts';
import { goDialect } from '../../src/render/helm/dialect.ts';
import { printTemplate } from '../../src/render/helm/print.ts';
import { renderHelm } from '../../src/render/helm/render.ts';
import type { HelmAnswer } from './peer.ts';

export const NOTHING_GIVEN: GivenValues = {
  files: [],
  set: [],
  setString: [],
  setJson: [],
  setFile: [],
  setLiteral: [],
};

export interface OurRequest {
  readonly path: string;
  readonly release: string;
  readonly helm: HelmVersion;
  readonly given?: GivenValues;
  readonly includeCrds?: boolean;
}

const isPacked = (path: string): boolean => /\.(tgz|tar\.gz)$/.test(path);

/** A chart as `pilotage template` renders it, in this process. */
export function renderChart(request: OurRequest): HelmAnswer {
  const start = performance.now();
  const done = (rest: Omit<HelmAnswer, 'millis'>): HelmAnswer => ({
    ...rest,
    millis: performance.now() - start,
  });
  try {
    return done({ output: printed(request) });
  } catch (error) {
    const problem = (error as { problem?: Parameters<typeof formatProblem>[0] }).problem;
    return done({ error: problem ? formatProblem(problem) : `${(error as Error).stack}` });
  }
}

function printed({ path, release, helm, given = NOTHING_GIVEN, includeCrds = false }: OurRequest): string {
  const tree = isPacked(path) ? treeOfFile(dirname(path), basename(path)) : readChartFolder(path);
  const dialect = { dialect: goDialect, version: helm };
  const chart = unwrap(loadChart(tree, isPacked(path) ? basename(path) : '', dialect));
  const rendered = renderHelm({
    chart,
    given,
    release: { name: release, namespace: 'default', isUpgrade: false },
    cluster: {},
    helm,
    made: createMade({}, systemChance),
    lookups: createLookups({}),
    chance: systemChance,
  });
  return printTemplate(unwrap(rendered), { helm, includeCrds });
}
