import { expect } from 'chai';
import { eventually, type Pilotage, statusOf } from '../e2e/harness.ts';
import type { Attack } from './attack.ts';
import { config, PLAIN, plainRepository } from './promotion.ts';

const DEV = '{name: dev, branch: main}';

async function messageOf(
  target: Pilotage,
  delivery: string,
  environment: string,
  pattern: RegExp,
): Promise<string> {
  return eventually(`${delivery}/${environment} says ${pattern}`, async () => {
    const message = (await statusOf(target, delivery, environment))?.message ?? '';
    return pattern.test(message) && message;
  });
}

/** Pushes one manifest more, and expects that nothing of it is applied, with this reason. */
async function refused(
  target: Pilotage,
  name: string,
  manifest: string,
  reason: RegExp,
  more = '',
): Promise<void> {
  const work = await plainRepository(target, name, `{name: dev, branch: main${more}}`);
  await work.write('k8s/b.yaml', manifest);
  await work.commit('hostile');
  await work.push();
  await messageOf(target, name, 'dev', reason);
}

const absent = async (target: Pilotage, ...args: readonly string[]) =>
  expect((await target.kubectl('get', '--ignore-not-found', '-o', 'name', ...args)).stdout.trim()).to.equal(
    '',
  );

export const attacks: readonly Attack[] = [
  {
    input: "a dev push that adds {name: x, branch: main, namespace: bank-prod}, bank's own",
    async run(target) {
      await plainRepository(target, 'bank', '{name: prod, branch: main}');
      await target.kubectl(
        '-n',
        'bank-prod',
        'create',
        'secret',
        'generic',
        'vault',
        '--from-literal=pin=1234',
      );
      const work = await plainRepository(target, 'thief', DEV);
      await work.write('pilotage.yaml', PLAIN(`${DEV}\n{name: x, branch: main, namespace: bank-prod}`));
      await work.write('k8s/b.yaml', config('planted', 'evil'));
      await work.commit('in');
      await work.push();
      await messageOf(target, 'thief', 'x', /namespace bank-prod belongs to bank\/prod/);
      await target.cli('connect', 'thief', '--allow-namespace', 'bank-prod');
      await messageOf(target, 'thief', 'x', /namespace bank-prod belongs to bank\/prod/);
      await absent(target, '-n', 'bank-prod', 'configmap', 'planted');
      return 'refused by name, also where the namespace was allowed to it';
    },
  },
  {
    input:
      'an environment in the namespace pilotage, kube-system, default; a delivery kube with an environment system',
    async run(target) {
      const names = ['pilotage', 'kube-system', 'default'];
      const entries = names.map((name, i) => `{name: x${i}, branch: main, namespace: ${name}}`);
      await plainRepository(target, 'inside', [DEV, ...entries].join('\n'));
      for (const [i, name] of names.entries()) {
        await messageOf(target, 'inside', `x${i}`, new RegExp(`namespace ${name} belongs to the cluster`));
        await absent(target, '-n', name, 'configmap', 'a');
      }
      await plainRepository(target, 'kube', '{name: system, branch: main}');
      await messageOf(target, 'kube', 'system', /namespace kube-system belongs to the cluster/);
      await absent(target, '-n', 'kube-system', 'configmap', 'a');
      return 'each is refused by name';
    },
  },
  {
    input: 'objects of a chart that name the namespace pilotage, with `namespaces: allow`',
    async run(target) {
      const secret =
        'apiVersion: v1\nkind: Secret\nmetadata: {name: evil, namespace: pilotage}\nstringData: {a: b}\n';
      await refused(
        target,
        'reach',
        secret,
        /k8s\/b\.yaml:1.*namespace pilotage belongs to the cluster/,
        ', namespaces: allow',
      );
      await absent(target, '-n', 'pilotage', 'secret', 'evil');
      return 'refused with its line';
    },
  },
  {
    input: 'a chart that writes a Delivery with `clusters:`, an Environment, and a CRD of pilotage.dev',
    async run(target) {
      const delivery =
        'apiVersion: pilotage.dev/v1alpha1\nkind: Delivery\nmetadata: {name: evil, namespace: NS}\nspec: {repository: {type: hosted}, clusters: [prod]}\n';
      await refused(
        target,
        'kinds',
        delivery.replace('NS', 'kinds-dev'),
        /written by Pilotage and by people/,
      );
      await refused(
        target,
        'kinds2',
        delivery.replace(', namespace: NS', ''),
        /written by Pilotage and by people/,
      );
      const crd =
        'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: environments.pilotage.dev, annotations: {pilotage.dev/adopt: "true"}}\nspec: {group: pilotage.dev, scope: Namespaced, names: {plural: environments, kind: Environment}, versions: []}\n';
      await target.cli('connect', 'kinds3', '--allow-cluster-scoped', 'CustomResourceDefinition');
      await refused(target, 'kinds3', crd, /written by Pilotage and by people/);
      await absent(target, '-A', 'deliveries.pilotage.dev', '--field-selector', 'metadata.name=evil');
      return 'each is refused, the CRD also where definitions are allowed';
    },
  },
  {
    input: 'a chart that brings a Node, and a Namespace that says whose it is',
    async run(target) {
      const node = 'apiVersion: v1\nkind: Node\nmetadata: {name: evil}\n';
      await refused(target, 'wide', node, /--allow-cluster-scoped Node/);
      await refused(
        target,
        'wide2',
        'apiVersion: v1\nkind: Namespace\nmetadata: {name: wide-dev, annotations: {pilotage.dev/owner: x}}\n',
        /only Pilotage sets the annotation/,
      );
      return 'refused, with the word that would allow the kind';
    },
  },
  {
    input: 'a delivery a-b with an environment c, and a delivery a with an environment b-c',
    async run(target) {
      await plainRepository(target, 'a-b', '{name: c, branch: main}');
      await eventually(
        'the first is there',
        async () => (await statusOf(target, 'a-b', 'c'))?.health === 'Healthy',
      );
      await plainRepository(target, 'a', '{name: b-c, branch: main}');
      await messageOf(target, 'a', 'b-c', /namespace a-b-c belongs to a-b\/c/);
      return 'the namespace stays with the first';
    },
  },
  {
    input: 'an environment whose namespace somebody made before, with a Secret in it',
    async run(target) {
      await target.kubectl('create', 'namespace', 'squat-dev');
      await plainRepository(target, 'squat', DEV);
      await messageOf(target, 'squat', 'dev', /was not made for squat\/dev.*--allow-namespace squat-dev/s);
      await absent(target, '-n', 'squat-dev', 'configmap', 'a');
      await target.cli('connect', 'squat', '--allow-namespace', 'squat-dev');
      await eventually(
        'it is delivered',
        async () => (await statusOf(target, 'squat', 'dev'))?.health === 'Healthy',
      );
      return 'it waits for a word, and goes on with it';
    },
  },
  {
    input:
      'a chart with a CustomResourceDefinition of its own invention, which says that cluster roles are in a namespace',
    async run(target) {
      const invented = (name: string, group: string, kind: string, plural: string) =>
        `apiVersion: x.example/v1
kind: CustomResourceDefinition
metadata: {name: ${name}}
spec: {group: ${group}, scope: Namespaced, versions: [{name: v1}], names: {plural: ${plural}, kind: ${kind}}}
---
`;
      const manifests = [
        invented('itself', 'x.example', 'CustomResourceDefinition', 'things'),
        invented('other', 'rbac.authorization.k8s.io', 'Foo', 'clusterroles'),
        'apiVersion: rbac.authorization.k8s.io/v1\nkind: Foo\nmetadata: {name: evil}\n',
      ];
      await refused(target, 'invented', manifests.join(''), /CustomResourceDefinition itself: .*not serve/);
      return 'a kind that the cluster does not serve, whatever the chart says';
    },
  },
];
