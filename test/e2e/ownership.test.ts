import { expect } from 'chai';
import { Pilotage } from './harness.ts';
import { describeWithKubectl, fixture, Kubectl } from './kubectl.ts';

interface Port {
  readonly port: number;
  readonly name?: string;
  readonly targetPort?: number;
}
interface Owned {
  readonly metadata: { readonly managedFields: readonly { manager: string; operation: string }[] };
  readonly spec: { readonly type?: string; readonly ports: readonly (Port & { protocol: string })[] };
}

/** The same promises for a built-in kind and for one that a definition adds. */
const kinds = [
  { resource: 'service', apiVersion: 'v1', kind: 'Service', type: 'NodePort', other: 'ClusterIP' },
  { resource: 'boat', apiVersion: 'example.com/v1', kind: 'Boat', type: 'barge', other: 'yacht' },
];

describeWithKubectl('e2e: two managers of one object', function () {
  this.timeout(60_000);
  let pilotage: Pilotage;
  let k: Kubectl;

  before(async () => {
    pilotage = await Pilotage.start();
    k = await Kubectl.inNamespace(pilotage, 'shared');
    await k.ok('apply', '-f', fixture('boats.yaml'));
    await k.ok('wait', 'crd/boats.example.com', '--for=condition=Established', '--timeout=10s');
  });
  after(() => pilotage.stop());

  for (const { resource, apiVersion, kind, type, other } of kinds) {
    describe(`of kind ${kind}`, () => {
      const manifest = (spec: object) => k.file({ apiVersion, kind, metadata: { name: 'quay' }, spec });
      const args = async (manager: string, spec: object, flags: readonly string[]) => [
        'apply',
        '--server-side',
        `--field-manager=${manager}`,
        ...flags,
        '-f',
        await manifest(spec),
      ];
      const apply = async (manager: string, spec: object, ...flags: readonly string[]) =>
        k.ok(...(await args(manager, spec, flags)));
      const refused = async (manager: string, spec: object) => k.fails(...(await args(manager, spec, [])));
      const live = () => k.get<Owned>(resource, 'quay');
      const ports = async () =>
        (await live()).spec.ports.map(
          ({ port, protocol, name, targetPort }) => `${name} ${port}/${protocol} ${targetPort}`,
        );

      const web: Port = { port: 80, name: 'web', targetPort: 8080 };
      const admin: Port = { port: 90, name: 'admin', targetPort: 9090 };

      it('lets each own ports of its own, though none of them says its protocol', async () => {
        expect(await apply('ann', { type, ports: [web] })).to.contain('serverside-applied');
        await apply('bob', { ports: [admin] });
        expect(await ports()).to.deep.equal(['web 80/TCP 8080', 'admin 90/TCP 9090']);
        const { managedFields } = (await live()).metadata;
        expect(managedFields.map(({ manager, operation }) => `${manager} ${operation}`)).to.include.members([
          'ann Apply',
          'bob Apply',
        ]);
      });

      it('changes nothing, resourceVersion included, when the same is applied again', async () => {
        const version = () => k.jsonpath(`${resource}/quay`, '.metadata.resourceVersion');
        const before = await version();
        await apply('bob', { ports: [admin] });
        expect(await version()).to.equal(before);
      });

      it('names the other manager and the field in a conflict, and changes nothing', async () => {
        const message = await refused('bob', { type: other, ports: [admin, { ...web, targetPort: 1234 }] });
        expect(message).to.contain('Apply failed with 2 conflicts: conflicts with "ann"');
        expect(message).to.contain('- .spec.type');
        expect(message).to.contain('- .spec.ports[port=80,protocol="TCP"].targetPort');
        expect(await ports()).to.deep.equal(['web 80/TCP 8080', 'admin 90/TCP 9090']);
      });

      it('takes a field over by force, and the one who lost it is refused from then on', async () => {
        await apply('bob', { type: other, ports: [admin] }, '--force-conflicts');
        expect((await live()).spec.type).to.equal(other);
        expect(await refused('ann', { type, ports: [web] })).to.contain('conflict with "bob": .spec.type');
      });

      it('keeps a field that one drops and another owns too, and removes one that nobody owns any more', async () => {
        await apply('ann', { type: other, ports: [web, admin] });
        await apply('bob', { ports: [] });
        expect((await live()).spec.type).to.equal(other);
        expect(await ports()).to.deep.equal(['web 80/TCP 8080', 'admin 90/TCP 9090']);
        await apply('ann', { type: other, ports: [web] });
        expect(await ports()).to.deep.equal(['web 80/TCP 8080']);
      });

      it('counts what was written without apply as owned as well', async () => {
        await k.ok(
          'patch',
          resource,
          'quay',
          '--type=merge',
          '--field-manager=hand',
          '-p',
          JSON.stringify({ metadata: { labels: { tier: 'front' } } }),
        );
        const path = await k.file({ apiVersion, kind, metadata: { name: 'quay', labels: { tier: 'back' } } });
        expect(await k.fails('apply', '--server-side', '--field-manager=ann', '-f', path)).to.contain(
          'conflict with "hand"',
        );
      });
    });
  }

  describe('otherwise', () => {
    it('moves from client-side to server-side apply without a conflict, and drops what the manifest dropped', async () => {
      const deployment = (env: readonly object[], replicas?: number) => ({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'mover' },
        spec: {
          ...(replicas === undefined ? {} : { replicas }),
          selector: { matchLabels: { app: 'mover' } },
          template: {
            metadata: { labels: { app: 'mover' } },
            spec: {
              containers: [
                {
                  name: 'main',
                  image: 'host',
                  command: ['sleep', '1000'],
                  env,
                  ports: [{ containerPort: 80 }],
                },
              ],
            },
          },
        },
      });
      const [a, b] = [
        { name: 'A', value: '1' },
        { name: 'B', value: '2' },
      ];
      await k.apply(deployment([a, b], 1));
      await k.apply(deployment([a, b]), '--server-side');
      await k.apply(deployment([a]), '--server-side');
      expect(
        JSON.parse(await k.jsonpath('deployment/mover', '.spec.template.spec.containers[0].env')),
      ).to.deep.equal([a]);
    });

    it('explains and prints a kind that a definition adds as it does its own', async () => {
      expect(await k.ok('explain', 'boat.spec')).to.contain('What it is called on shore.');
      expect((await k.lines('get', 'bt'))[0]?.split(/\s+/)).to.deep.equal(['NAME', 'TYPE']);
      expect(await k.ok('get', 'fleet', '-o', 'name')).to.equal('boat.example.com/quay');
      expect(await k.ok('describe', 'boat', 'quay')).to.match(/Protocol:\s+TCP/);
      expect(
        await k.fails(
          'apply',
          '-f',
          await k.file('apiVersion: example.com/v1\nkind: Boat\nmetadata: {name: x}\nspec: {typ: a}\n'),
        ),
      ).to.contain('unknown field "spec.typ"');
    });
  });
});
