import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import * as resources from '../../../src/kube/kinds/resources.data.ts';
import { builtinKinds, builtinType } from '../../../src/kube/schema/schema.ts';

/** Those whose types go before others of the same name. */
const FIRST = ['core.v1', 'apps.v1', 'batch.v1', 'autoscaling.v2', 'rbac.v1'];
const PACKAGES = new Set([
  ...FIRST,
  ...readdirSync(new URL('../../../src/kube/schema/data', import.meta.url))
    .filter((name) => name !== 'index.json')
    .map((name) => name.replace('.json', '')),
]);
const RENAMED: Readonly<Record<string, string>> = {
  KubeEvent: 'core.v1.Event',
  ContainerClaim: 'core.v1.ResourceClaim',
  ResourceClaim: 'resource.v1.ResourceClaim',
  SubsetPort: 'core.v1.EndpointPort',
  AdmissionServiceReference: 'admissionregistration.v1.ServiceReference',
  AdmissionClientConfig: 'admissionregistration.v1.WebhookClientConfig',
  APIServiceReference: 'apiregistration.v1.ServiceReference',
  FlowSubject: 'flowcontrol.v1.Subject',
  CSITokenRequest: 'storage.v1.TokenRequest',
};
/** What `KubeObject` has already. */
const INHERITED = ['apiVersion', 'kind', 'metadata'];

const source = readFileSync(new URL('../../../src/kube/kinds/objects.data.ts', import.meta.url), 'utf8');
const interfaces = [
  ...source.matchAll(/^export interface (\w+)( extends KubeObject)? \{\n([\s\S]*?)^\}/gm),
].map(([, name = '', isKind, body = '']) => ({
  name,
  isKind: isKind !== undefined,
  members: [...body.matchAll(/^ {2}readonly '?([^':?]+)'?\??:/gm)].map(([, member = '']) => member),
}));

/** The members of a type, in the first package that has it. */
function schemaMembers(name: string): readonly string[] {
  const renamed = RENAMED[name];
  for (const full of renamed ? [renamed] : [...PACKAGES].map((group) => `${group}.${name}`)) {
    try {
      return Object.keys(builtinType(full).properties ?? {});
    } catch {
      // Another package has it.
    }
  }
  throw new Error(`no schema has a type ${name}`);
}

describe('what is generated', () => {
  it('has each type with the members that its schema has', () => {
    expect(interfaces.length).to.be.greaterThan(100);
    for (const { name, isKind, members } of interfaces) {
      const known = schemaMembers(name).filter((member) => !isKind || !INHERITED.includes(member));
      expect(members, `${name}: run scripts/generate-types.mjs`).to.have.members(known);
    }
  });

  it('names kinds that ship with their schemas, each once', () => {
    const names = Object.values(resources).map(({ group, version, kind }) => `${group}/${version}/${kind}`);
    expect(Object.keys(builtinKinds())).to.include.members(names);
    expect(new Set(names).size).to.equal(names.length);
  });
});
