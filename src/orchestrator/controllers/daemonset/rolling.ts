import type { Pod } from '../../../kube/kinds/objects.data.ts';
import { isLeaving } from '../pods.ts';
import type { PodAction } from './manage.ts';
import { isAvailable, limitsOf, type Spread } from './nodes.ts';
import { isUpdated } from './template.ts';

/** The pods of one node: at most one of either kind, or else it is not judged. */
interface Place {
  readonly node: string;
  /** Whether the node should have a pod; undefined where it is gone. */
  readonly runs: boolean | undefined;
  readonly fresh?: Pod;
  readonly old?: Pod;
  readonly isCrowded: boolean;
}

/** One step of a rolling update (Kubernetes `daemon/update.go` rollingUpdate). */
export function rollingStep(spread: Spread): readonly PodAction[] {
  const wanted = spread.nodes.filter(({ runs }) => runs).length;
  const { surge, unavailable } = limitsOf(spread.set, wanted);
  const places = placesOf(spread);
  return surge > 0 ? surgeStep(spread, places, surge, wanted) : replaceStep(spread, places, unavailable);
}

function placesOf(spread: Spread): readonly Place[] {
  const runs = new Map(spread.nodes.map((node) => [node.name, node.runs]));
  const wanted = spread.nodes.filter((node) => node.runs).map(({ name }) => name);
  const names = new Set([...spread.podsByNode.keys(), ...wanted]);
  return [...names].sort().map((node): Place => {
    const there = (spread.podsByNode.get(node) ?? []).filter((pod) => !isLeaving(pod));
    const [fresh, ...moreFresh] = there.filter((pod) => isUpdated(spread.set, pod, spread.hash));
    const [old, ...moreOld] = there.filter((pod) => !isUpdated(spread.set, pod, spread.hash));
    return {
      node,
      runs: runs.get(node),
      ...(fresh ? { fresh } : {}),
      ...(old ? { old } : {}),
      isCrowded: moreFresh.length + moreOld.length > 0,
    };
  });
}

/** Old pods go, as many as may be missing; those that do not work go in any case. */
function replaceStep(spread: Spread, places: readonly Place[], unavailable: number): readonly PodAction[] {
  const isOutdated = ({ fresh, old, isCrowded }: Place): boolean => !isCrowded && !fresh && old !== undefined;
  const isMissing = (place: Place): boolean => {
    const pod = isOutdated(place) ? place.old : place.fresh;
    return place.isCrowded || !pod || (place.fresh && place.old) !== undefined || !isAvailable(spread, pod);
  };
  const outdated = places.filter(isOutdated);
  const budget = Math.max(0, unavailable - places.filter(isMissing).length);
  const broken = outdated.filter(isMissing);
  const candidates = outdated.filter((place) => !isMissing(place));
  return [...broken, ...candidates.slice(0, budget)].flatMap(removeOld);
}

const removeOld = ({ node, old }: Place): readonly PodAction[] =>
  old ? [{ type: 'delete', pod: old, node }] : [];

/** New pods come beside old ones, as many as may be there twice, and take over where they are available. */
function surgeStep(
  spread: Spread,
  places: readonly Place[],
  surge: number,
  wanted: number,
): readonly PodAction[] {
  const judged = places.filter(({ isCrowded, runs }) => !isCrowded && runs !== undefined);
  const works = (pod: Pod | undefined): boolean => pod !== undefined && isAvailable(spread, pod);
  const both = judged.filter(({ fresh, old }) => fresh && old);
  const arriving = both.filter(({ fresh }) => !works(fresh));
  const arrived = both.filter(({ fresh }) => works(fresh));
  const alone = judged.filter(({ fresh, old }) => !fresh && old);
  const broken = alone.filter(({ old }) => !works(old));
  const working = alone.filter(({ old }) => works(old));
  const crowded = places.filter(({ isCrowded }) => isCrowded).length;
  const room = Math.max(0, surge - arriving.length - crowded);
  // Where a pod should not run any more, it stays until others make up for it.
  const spare = Math.max(0, judged.filter(({ old, fresh }) => works(old ?? fresh)).length - wanted);
  const goes = [
    ...arrived,
    ...broken.filter(({ runs }) => !runs),
    ...working.filter(({ runs }) => !runs).slice(0, spare),
  ];
  const comes = [...broken.filter(({ runs }) => runs), ...working.filter(({ runs }) => runs).slice(0, room)];
  return [...goes.flatMap(removeOld), ...comes.map(({ node }): PodAction => ({ type: 'create', node }))];
}
