import { failed, ok, type Problem, type Result } from '../../base/errors.ts';
import type { FileTree } from '../../base/filetree.ts';
import { withMounts } from '../../base/mountedtree.ts';
import { breather } from '../../base/mutex.ts';
import type { Place } from '../../base/place.ts';
import type { AppEntry } from '../../model/deliveryfile.ts';
import { fetchedFolder } from '../../model/fetchedcharts.ts';
import { missingCharts } from '../../render/helm/missingcharts.ts';

/** A version of a chart in a repository or registry. */
export interface WantedChart {
  readonly repository: string;
  readonly name: string;
  readonly version: string;
  readonly digest?: string;
  readonly place: Place;
}

/** Gets the files of a chart for a delivery, or says why they cannot be had. */
export type FetchChart = (
  delivery: string,
  chart: WantedChart,
  signal: AbortSignal,
) => Promise<Result<FileTree>>;

/** A delivery that uses more does not mean to. */
const MOST_CHARTS = 30;

/** The tree, with the charts that its apps are and those that their charts are locked to and do not hold. */
export async function withCharts(
  fetch: FetchChart,
  delivery: string,
  tree: FileTree,
  apps: readonly AppEntry[],
  signal: AbortSignal,
): Promise<Result<FileTree>> {
  const wanted = new Map<string, WantedChart>();
  const breathe = breather(1);
  for (const app of apps) {
    for (const [folder, chart] of chartsOf(app, tree)) wanted.set(folder, chart);
    await breathe();
  }
  const [last] = [...wanted.values()].slice(MOST_CHARTS);
  if (last) return failed(tooMany(last));
  const mounts = new Map<string, FileTree>();
  const problems: Problem[] = [];
  for (const [folder, chart] of wanted) {
    const fetched = await fetch(delivery, chart, signal);
    if (fetched.ok) mounts.set(folder, fetched.value);
    else problems.push(...fetched.problems);
  }
  const [first, ...others] = problems;
  return first ? failed(first, ...others) : ok(withMounts(tree, mounts));
}

/** By the folders where they belong. */
function chartsOf({ source, place }: AppEntry, tree: FileTree): readonly (readonly [string, WantedChart])[] {
  if (source.type === 'repository') return [[fetchedFolder(source), { ...source, place }]];
  return missingCharts(tree, source.path).map(({ folder, ...chart }) => [folder, chart]);
}

const tooMany = ({ place }: WantedChart): Problem => ({
  reason: 'TooManyCharts',
  message: `More than ${MOST_CHARTS} charts would have to be fetched`,
  place,
  remedy: 'Put them into the repository: pilotage chart dependency build, and commit charts/.',
});
