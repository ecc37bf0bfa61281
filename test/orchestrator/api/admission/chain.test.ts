import { expect } from 'chai';
import { CONFIG_MAPS } from '../../../../src/kube/kinds/resources.data.ts';
import { statusError } from '../../../../src/kube/values/status.ts';
import { createChain } from '../../../../src/orchestrator/api/admission/chain.ts';
import type {
  AdmissionAttributes,
  AdmissionPlugin,
} from '../../../../src/orchestrator/api/admission/plugin.ts';
import { builtinKinds } from '../../../../src/orchestrator/api/kinds/servedkinds.ts';
import { startTestApi } from '../harness.ts';
import { configMap, refusal } from '../notation.ts';

const [kind] = builtinKinds();
if (!kind) throw new Error('there are no kinds');
const attributes: AdmissionAttributes = {
  operation: 'CREATE',
  user: { name: 'ann', groups: [] },
  kind,
  object: configMap('a'),
  dryRun: false,
};

/** A plug-in that writes into `seen` what it is asked, and adds its name to the labels. */
const recording = (name: string, seen: string[], waits: boolean): AdmissionPlugin => ({
  name,
  mutate: ({ object }) => {
    seen.push(`mutate ${name}`);
    const labels = { ...object.metadata.labels, [name]: Object.keys(object.metadata.labels ?? {}).join('') };
    const changed = { ...object, metadata: { ...object.metadata, labels } };
    return waits ? Promise.resolve(changed) : changed;
  },
  validate: () => {
    seen.push(`validate ${name}`);
    return waits ? Promise.resolve() : undefined;
  },
  confirm: () => {
    seen.push(`confirm ${name}`);
  },
});

describe('the chain of admission plug-ins', () => {
  for (const waits of [false, true]) {
    it(`asks in the order of the plug-ins, each about what those before it have made (${waits ? 'waiting' : 'at once'})`, async () => {
      const seen: string[] = [];
      const chain = createChain(['x', 'y', 'z'].map((name) => recording(name, seen, waits)));
      const mutated = await chain.mutate(attributes);
      await chain.validate({ ...attributes, object: mutated });
      chain.confirm(attributes);
      expect(seen.join(', ')).to.equal(
        'mutate x, mutate y, mutate z, validate x, validate y, validate z, confirm x, confirm y, confirm z',
      );
      expect(mutated.metadata.labels).to.deep.equal({ x: '', y: 'x', z: 'xy' });
    });
  }

  it('makes no promise where no plug-in does', () => {
    const chain = createChain([recording('x', [], false)]);
    expect(chain.mutate(attributes)).to.not.be.instanceOf(Promise);
    expect(chain.validate(attributes)).to.equal(undefined);
  });

  it('stops at the first plug-in that refuses', async () => {
    const seen: string[] = [];
    const refusing: AdmissionPlugin = {
      name: 'Refusing',
      validate: async () => {
        throw statusError('Forbidden', 'not today');
      },
    };
    const chain = createChain([recording('x', seen, false), refusing, recording('y', seen, false)]);
    expect(await refusal(Promise.resolve(chain.validate(attributes)))).to.equal('Forbidden: not today');
    expect(seen).to.deep.equal(['validate x']);
  });

  it('adds to an object what belongs to no manager, and changes no metadata of the server', async () => {
    const plane = await startTestApi({
      plugins: [
        {
          name: 'Sidecar',
          mutate: async ({ object }) => ({
            ...object,
            metadata: { ...object.metadata, uid: 'mine', name: 'other', labels: { added: 'yes' } },
            data: { ...(object.data as object), added: 'yes' },
          }),
        },
      ],
    });
    const { metadata, data } = await plane.client().create(CONFIG_MAPS, configMap('a', { own: '1' }));
    expect(data).to.deep.equal({ own: '1', added: 'yes' });
    expect(metadata.name).to.equal('a');
    expect(metadata.uid).to.not.equal('mine');
    expect(metadata.labels).to.deep.equal({ added: 'yes' });
    expect(JSON.stringify(metadata.managedFields)).to.include('f:own').and.not.include('added');
    await plane.dispose();
  });
});
