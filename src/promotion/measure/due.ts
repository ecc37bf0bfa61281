import type { Json } from '../../kube/values/types.ts';
import { isLevel, sourceObjects } from '../../model/promotionsources.ts';
import type { Environment, Measurement } from '../../model/types.ts';
import { digestOfSetting, nextMeasurement } from '../gates/measured.ts';

/** One question to the outside, for a gate that leads to an environment. */
export interface Question {
  readonly source: Environment;
  readonly gate: string;
  readonly setting: Json;
  readonly asked: Pick<Measurement, 'gate' | 'setting' | 'revision'>;
  readonly before: Measurement | undefined;
  /** Wall time in milliseconds. */
  readonly at: number;
}

/** The environments in which gates that lead to a target are measured: where any source is enough, each may be the one that opens. Names of objects. */
export const measuredIn = (target: Environment): readonly string[] =>
  target.status?.promotionPolicy?.needs === 'any' ? sourceObjects(target) : sourceObjects(target).slice(0, 1);

/** What is to be measured for the gates of a target in its sources, and when: nothing where it has what they run already. Pure. */
export function questionsOf(
  target: Environment,
  sources: readonly Environment[],
  gates: readonly string[],
  now: number,
): readonly Question[] {
  const all = sources.flatMap((source) => questionsTo(target, source, gates, now));
  // A measurement is of a revision: of two sources that run the same one, one is asked.
  const isSame = (one: Question, other: Question): boolean =>
    one.gate === other.gate && one.asked.revision === other.asked.revision;
  return all.filter((one, at) => all.findIndex((other) => isSame(one, other)) === at);
}

function questionsTo(
  target: Environment,
  source: Environment,
  gates: readonly string[],
  now: number,
): readonly Question[] {
  const revision = source.status?.deployedRevision;
  const policy = target.status?.promotionPolicy;
  if (revision === undefined || policy === undefined) return [];
  // While it rolls out, pods of what ran before may answer.
  if (source.status?.sync !== 'Synced' || source.status.health !== 'Healthy') return [];
  if (isLevel(target, source)) return [];
  return gates.flatMap((gate) => {
    const setting = policy.gates[gate];
    if (setting === undefined) return [];
    const asked = { gate, setting: digestOfSetting(setting), revision };
    const before = target.status?.measured?.find((one) => one.gate === gate && one.revision === revision);
    const isSame = before?.setting === asked.setting;
    return [{ source, gate, setting, asked, before, at: isSame ? nextMeasurement(before) : now }];
  });
}

/** What is kept of the measurements of before beside those of now: of what the sources run, each once. Pure. */
export function measuredAfter(
  before: readonly Measurement[],
  measured: readonly Measurement[],
  sources: readonly Environment[],
): readonly Measurement[] {
  const runs = new Set(sources.map(({ status }) => status?.deployedRevision));
  const isReplaced = ({ gate, revision }: Measurement): boolean =>
    measured.some((one) => one.gate === gate && one.revision === revision);
  return [...before.filter((one) => runs.has(one.revision) && !isReplaced(one)), ...measured];
}
