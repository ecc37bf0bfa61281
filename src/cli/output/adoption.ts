import type { AdoptionObject, AdoptionReport, AdoptionTool } from '../../model/faces.ts';
import { folded, nameOf } from './plan.ts';

const SIGNS = { matches: '=', differs: '~', refused: '!' } as const;

/** What would be taken over, for people: from whom first, then object by object what would change, and what to say next. */
export function formatAdoption(report: AdoptionReport, columns = Number.POSITIVE_INFINITY): string {
  const { environment, namespace, objects, creates, tools } = report;
  const rolled = objects.filter(({ restarts }) => restarts);
  const lines = [
    `${environment} → namespace ${namespace}: a report, nothing is changed`,
    ...tools.flatMap(toolLines),
    ...(rolled.length > 0 ? [`  restarts: ${rolled.map(({ object }) => nameOf(object)).join(', ')}`] : []),
    ...objects.flatMap(objectLines),
    ...creates.map((object) => `  + ${nameOf(object)}: in git, not in the cluster`),
    ...ending(report),
  ];
  return lines.flatMap((line) => folded(line, columns)).join('\n');
}

function toolLines({ name, activity, stop, left, forget }: AdoptionTool): readonly string[] {
  const is = {
    reconciles: 'still reconciles',
    suspended: 'does not write by itself',
    unseen: 'is not in this cluster: it may still reconcile from elsewhere',
  }[activity];
  return [
    `  ${name}: ${is}`,
    ...(stop ? [`      stop it first: ${stop}`] : []),
    ...left.map((key) => `      it has ${key}, which git has not: nobody looks after that later`),
    `      afterwards: ${forget}`,
  ];
}

function objectLines({ object, state, reason, managers, diff, origin }: AdoptionObject): readonly string[] {
  const by = managers.length > 0 ? `, written by ${managers.join(', ')}` : '';
  const what = { matches: 'matches git', differs: 'differs from git', refused: 'cannot be taken over' }[
    state
  ];
  const place = origin ? `  (${origin})` : '';
  return [
    `  ${SIGNS[state]} ${nameOf(object)}: ${what}; ${reason}${by}${place}`,
    ...diff.map((line) => `      ${line}`),
  ];
}

function ending({ environment, objects, tools }: AdoptionReport): readonly string[] {
  const count = (state: AdoptionObject['state']) => objects.filter((one) => one.state === state).length;
  const waiting = count('matches') + count('differs');
  if (waiting === 0) return ['  nothing waits to be taken over'];
  const busy = tools.find(({ activity }) => activity !== 'suspended');
  const options = [
    ...(busy ? [` (or, while it still reconciles, --from ${busy.tool})`] : []),
    ...(objects.some(({ restarts }) => restarts) ? [' --restart'] : []),
  ];
  return [
    `  ${count('matches')} match, ${count('differs')} differ, ${count('refused')} cannot be taken over`,
    `  next: pilotage adopt ${environment} --all${options.reverse().join('')}`,
  ];
}
