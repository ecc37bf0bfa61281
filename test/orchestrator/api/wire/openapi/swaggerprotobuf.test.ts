import { expect } from 'chai';
import type { JsonObject } from '../../../../../src/kube/values/types.ts';
import { Registry } from '../../../../../src/orchestrator/api/kinds/registry.ts';
import { builtinKinds } from '../../../../../src/orchestrator/api/kinds/servedkinds.ts';
import { createOpenApi } from '../../../../../src/orchestrator/api/wire/openapi/openapi.ts';
import { swaggerProtobuf } from '../../../../../src/orchestrator/api/wire/openapi/swaggerprotobuf.ts';
import { fieldsOf, member, membersOf, utf8 } from '../../../../../src/orchestrator/api/wire/protobuf-wire.ts';

/** The bytes behind the field numbers of a path, the first of each. */
const at = (bytes: Buffer, ...path: readonly number[]): Buffer =>
  path.reduce((inner, number) => membersOf(inner, number)[0] ?? Buffer.alloc(0), bytes);
const written = (definition: JsonObject): Buffer =>
  at(swaggerProtobuf({ definitions: { Ship: definition } }), 9, 1, 2);
const entries = (bytes: Buffer, field: number): Record<string, Buffer> =>
  Object.fromEntries(membersOf(bytes, field).map((one) => [utf8(at(one, 1)), at(one, 2)]));

describe('OpenAPI v2 in protobuf', () => {
  it('names its version and what it is about', () => {
    const bytes = swaggerProtobuf({ swagger: '2.0', info: { title: 'Kubernetes', version: 'v1.35.0' } });
    expect(utf8(at(bytes, 1))).to.equal('2.0');
    expect([utf8(at(bytes, 2, 1)), utf8(at(bytes, 2, 2))]).to.deep.equal(['Kubernetes', 'v1.35.0']);
  });

  it('tells the properties of a definition by name, with types, references and extensions', () => {
    const schema = written({
      type: 'object',
      description: 'größer',
      required: ['name', 'crew'],
      properties: {
        name: { type: 'string', maxLength: 300, pattern: '^a' },
        crew: { type: 'array', items: { $ref: '#/definitions/Crew' }, uniqueItems: true },
        load: { additionalProperties: { type: 'number', minimum: 0.5 } },
        open: { additionalProperties: true },
      },
      'x-kubernetes-group-version-kind': [{ group: 'sea', kind: 'Ship', version: 'v1' }],
    });
    expect([utf8(at(schema, 22, 1)), utf8(at(schema, 4))]).to.deep.equal(['object', 'größer']);
    expect(membersOf(schema, 19).map(utf8)).to.deep.equal(['name', 'crew']);
    const { name, crew, load, open } = entries(at(schema, 25), 1);
    expect(member(name ?? Buffer.alloc(0), 11)?.varint).to.equal(300n);
    expect(utf8(at(crew ?? Buffer.alloc(0), 23, 1, 1))).to.equal('#/definitions/Crew');
    expect(member(crew ?? Buffer.alloc(0), 16)?.varint).to.equal(1n);
    expect(at(load ?? Buffer.alloc(0), 21, 1, 9).readDoubleLE()).to.equal(0.5);
    expect(member(at(open ?? Buffer.alloc(0), 21), 2)?.varint).to.equal(1n);
    const kinds = entries(schema, 31)['x-kubernetes-group-version-kind'] ?? Buffer.alloc(0);
    expect(JSON.parse(utf8(at(kinds, 2)))).to.deep.equal([{ group: 'sea', kind: 'Ship', version: 'v1' }]);
  });

  it('leaves out what the format has no word for, and values that it takes for absent', () => {
    expect([
      ...fieldsOf(written({ 'unknown-member': 1, minimum: 0, minLength: 0, uniqueItems: false })),
    ]).to.deep.equal([]);
  });

  it('tells the operations of a path, with the parameters of query, path and body', () => {
    const parameters: readonly JsonObject[] = [
      { name: 'dryRun', in: 'query', type: 'string' },
      { name: 'namespace', in: 'path', type: 'string', required: true },
      { name: 'body', in: 'body', schema: { $ref: '#/definitions/Ship' } },
    ];
    const patch = { operationId: 'patchShip', parameters, responses: { 200: { description: 'OK' } } };
    const path = at(swaggerProtobuf({ paths: { '/ships': { patch } } }), 8, 2);
    expect(utf8(at(path, 1))).to.equal('/ships');
    const operation = at(path, 2, 8);
    expect(utf8(at(operation, 5))).to.equal('patchShip');
    const [query = path, inPath = path, body = path] = membersOf(operation, 8);
    expect([utf8(at(query, 1, 2, 3, 4)), utf8(at(query, 1, 2, 3, 6))]).to.deep.equal(['dryRun', 'string']);
    expect(utf8(at(inPath, 1, 2, 4, 4))).to.equal('namespace');
    expect(member(at(inPath, 1, 2, 4), 1)?.varint).to.equal(1n);
    expect(utf8(at(body, 1, 1, 5, 1))).to.equal('#/definitions/Ship');
    expect(utf8(at(operation, 9, 1, 2, 1, 1))).to.equal('OK');
  });

  it('has every definition and path that the JSON has', () => {
    const openapi = createOpenApi(new Registry(builtinKinds()), 'v1.35.0');
    const json = JSON.parse(openapi.v2().bytes.toString());
    const { bytes } = openapi.v2Protobuf();
    expect(Object.keys(entries(at(bytes, 9), 1))).to.deep.equal(Object.keys(json.definitions));
    expect(Object.keys(entries(at(bytes, 8), 2))).to.deep.equal(Object.keys(json.paths));
  });
});
