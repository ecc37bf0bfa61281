import type { Json } from '../../kube/values/types.ts';
import { isLevel } from '../../model/promotionsources.ts';
import type { Environment, Measurement } from '../../model/types.ts';
import { digestOfSetting, nextMeasurement } from '../gates/measured.ts';

/** One question to the outside, for a gate that leads to an environment. */
export interface Question {
  readonly gate: string;
  readonly setting: Json;
  readonly asked: Pick<Measurement, 'gate' | 'setting' | 'revision'>;
  readonly before: Measurement | undefined;
  /** Wall time in milliseconds. */
  readonly at: number;
}

/** What is to be measured for the gates of a target, and when: nothing where it has what its source runs already. Pure. */
export function questionsOf(
  target: Environment,
  source: Environment | undefined,
  gates: readonly string[],
  now: number,
): readonly Question[] {
  const revision = source?.status?.deployedRevision;
  const policy = target.status?.promotionPolicy;
  if (revision === undefined || policy === undefined) return [];
  // While it rolls out, pods of what ran before may answer.
  if (source?.status?.sync !== 'Synced' || source.status.health !== 'Healthy') return [];
  if (isLevel(target, source)) return [];
  return gates.flatMap((gate) => {
    const setting = policy.gates[gate];
    if (setting === undefined) return [];
    const asked = { gate, setting: digestOfSetting(setting), revision };
    const before = target.status?.measured?.find((one) => one.gate === gate);
    const isSame = before?.setting === asked.setting && before.revision === revision;
    return [{ gate, setting, asked, before, at: isSame ? nextMeasurement(before) : now }];
  });
}
