import { expect } from 'chai';
import { kindsOf } from '../../../../../src/orchestrator/api/kinds/custom.ts';
import { Registry } from '../../../../../src/orchestrator/api/kinds/registry.ts';
import { builtinKinds } from '../../../../../src/orchestrator/api/kinds/servedkinds.ts';
import { createOpenApi } from '../../../../../src/orchestrator/api/wire/openapi/openapi.ts';

const established = [{ type: 'Established', status: 'True' as const }];

/** The document of version 2 with a custom kind of these properties. */
function documentWith(properties: object) {
  const kinds = new Registry([]);
  const version = {
    name: 'v1',
    served: true,
    storage: true,
    schema: { openAPIV3Schema: { type: 'object', description: 'A ship', properties } },
  };
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'ships.example.org' },
    spec: {
      group: 'example.org',
      scope: 'Namespaced' as const,
      names: { plural: 'ships', kind: 'Ship' },
      versions: [version],
    },
    status: { conditions: established },
  };
  kinds.setCustom('ships.example.org', kindsOf(definition as never));
  return JSON.parse(createOpenApi(kinds, 'v1').v2().bytes.toString());
}

/** The definition of that kind. */
const published = (properties: object): Record<string, Record<string, unknown>> =>
  documentWith(properties).definitions['org.example.v1.Ship'];

describe('the document of OpenAPI v2', () => {
  it('has custom kinds as their author wrote them', () => {
    const spec = { type: 'object', required: ['a'], properties: { a: { type: 'string', pattern: '^x$' } } };
    const ship = published({ spec });
    expect(ship).to.include({ type: 'object', description: 'A ship' });
    expect(ship.properties).to.have.deep.property('spec', spec);
    expect(ship.properties).to.have.nested.property(
      'metadata.$ref',
      '#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta',
    );
  });

  it('leaves out what its version does not know, so that kubectl refuses nothing that the server takes', () => {
    const { properties } = published({
      open: {
        type: 'object',
        'x-kubernetes-preserve-unknown-fields': true,
        properties: { a: { type: 'string' } },
      },
      maybe: { type: 'integer', nullable: true },
      either: { type: 'string', oneOf: [{ pattern: 'a' }, { pattern: 'b' }] },
      port: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
    }) as { properties: Record<string, unknown> };
    expect(properties.open).to.deep.equal({ 'x-kubernetes-preserve-unknown-fields': true });
    expect(properties.maybe).to.deep.equal({});
    expect(properties.either).to.deep.equal({ type: 'string' });
    expect(properties.port).to.deep.equal({ 'x-kubernetes-int-or-string': true });
  });

  it('does not offer strategic merge patches for custom kinds, by which kubectl would apply them', () => {
    const { paths } = documentWith({});
    const ship = paths['/apis/example.org/v1/namespaces/{namespace}/ships/{name}'];
    expect(ship.patch.consumes).to.include('application/merge-patch+json');
    expect(ship.patch.consumes).to.not.include('application/strategic-merge-patch+json');
  });

  it('names types of other packages as Kubernetes does: clients know quantities by theirs', () => {
    const kinds = new Registry(builtinKinds());
    const { definitions } = JSON.parse(createOpenApi(kinds, 'v1').v2().bytes.toString());
    const typeOf = (holder: string, field: string): string =>
      definitions[`io.k8s.api.${holder}`].properties[field].$ref.replace('#/definitions/', '');
    expect(typeOf('core.v1.ServicePort', 'targetPort')).to.equal(
      'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
    );
    expect(typeOf('core.v1.ResourceFieldSelector', 'divisor')).to.equal(
      'io.k8s.apimachinery.pkg.api.resource.Quantity',
    );
    expect(typeOf('apps.v1.ControllerRevision', 'data')).to.equal(
      'io.k8s.apimachinery.pkg.runtime.RawExtension',
    );
  });
});
