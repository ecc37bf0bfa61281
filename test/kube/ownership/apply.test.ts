import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { conflictMessage } from '../../../src/kube/ownership/conflicts.ts';
import { recordApply, recordUpdate } from '../../../src/kube/ownership/managedfields.ts';
import { crdSchema } from '../../../src/kube/schema/crdschema.ts';
import { deepFreeze } from '../../../src/kube/values/equal.ts';
import { fieldSetFromV1, fieldSetToV1, formatPath, pathsOf } from '../../../src/kube/values/fieldset.ts';
import type { KubeObject } from '../../../src/kube/values/types.ts';
import { parseYaml } from '../../../src/kube/values/yaml.ts';

/** A case: writes in order, and what is stored and who owns what after the last. */
interface Case {
  readonly steps: readonly Step[];
  readonly spec: unknown;
  readonly owners: Readonly<Record<string, readonly string[]>>;
}
interface Step {
  readonly apply?: string;
  readonly update?: string;
  readonly spec: unknown;
  readonly force?: boolean;
  /** The message of the conflict; nothing is stored. */
  readonly conflicts?: readonly string[];
  /** The write must give back the very object that was stored. */
  readonly unchanged?: boolean;
}

const folder = new URL('./fixtures/apply/', import.meta.url);
function load<T>(file: string): T {
  const result = parseYaml(readFileSync(new URL(file, folder), 'utf8'), file);
  if (!result.ok) throw new Error(result.problems[0].message);
  return result.value as T;
}

const parsed = crdSchema({ type: 'object', properties: load<object>('schema.yaml') });
if (!parsed.ok) throw new Error(parsed.problems[0].message);
const schema = parsed.value;

const objectOf = (spec: unknown): KubeObject =>
  deepFreeze({ apiVersion: 'test.dev/v1', kind: 'Test', metadata: { name: 't' }, spec });

function run(step: Step, live: KubeObject | undefined, index: number): KubeObject | undefined {
  const time = `2026-01-01T00:00:0${index}Z`;
  const common = { live, schema, time };
  if (step.update !== undefined) {
    const sent = { ...objectOf(step.spec), metadata: live?.metadata ?? { name: 't' } };
    return recordUpdate({ ...common, updated: sent, manager: step.update });
  }
  const manager = step.apply ?? '';
  const outcome = recordApply({
    ...common,
    applied: objectOf(step.spec),
    manager,
    force: step.force ?? false,
  });
  if (outcome.ok) {
    expect(step.conflicts, 'conflicts').to.equal(undefined);
    return outcome.object;
  }
  expect([conflictMessage(outcome.conflicts)]).to.deep.equal(step.conflicts);
  return live;
}

const ownersOf = (object: KubeObject | undefined): Record<string, string[]> =>
  Object.fromEntries(
    (object?.metadata.managedFields ?? []).map(({ manager, fieldsV1 }) => [
      manager,
      pathsOf(fieldSetFromV1(fieldsV1)).map(formatPath),
    ]),
  );

describe('server-side apply', () => {
  for (const file of readdirSync(folder).filter((name) => name !== 'schema.yaml')) {
    it(file.replace(/\.yaml$/, '').replaceAll('-', ' '), () => {
      const { steps, spec, owners } = load<Case>(file);
      let live: KubeObject | undefined;
      for (const [i, step] of steps.entries()) {
        const next = run(step, live, i);
        if (step.unchanged) expect(next?.metadata.managedFields).to.equal(live?.metadata.managedFields);
        live = next && deepFreeze(next);
        for (const { fieldsV1 } of live?.metadata.managedFields ?? []) {
          expect(fieldSetToV1(fieldSetFromV1(fieldsV1)), 'law: FieldsV1 round trip').to.deep.equal(fieldsV1);
        }
      }
      expect(live?.spec).to.deep.equal(spec);
      expect(ownersOf(live)).to.deep.equal(owners);
      const last = steps.at(-1);
      if (last?.apply !== undefined && !last.conflicts) {
        expect(run(last, live, 9), 'law: applying again is a no-op').to.equal(live);
      }
    });
  }
});
