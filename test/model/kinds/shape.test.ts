import { expect } from 'chai';
import {
  type Infer,
  integer,
  list,
  listBy,
  mapOf,
  object,
  oneOf,
  oneOfTypes,
  optional,
  string,
  written,
} from '../../../src/model/kinds/shape.ts';

/** Compiles for equal types only. */
const same =
  <A>() =>
  <B>(..._: [A] extends [B] ? ([B] extends [A] ? [] : ['differ']) : ['differ']): void => {};

describe('the notation for kinds', () => {
  const parcel = object({
    to: string,
    state: written(oneOf(['Packed', 'Sent'])),
    grams: optional(integer),
    labels: optional(mapOf(string)),
  });

  it('is a structural schema, which demands what is neither optional nor written by Pilotage itself', () => {
    expect(parcel.schema).to.deep.equal({
      type: 'object',
      properties: {
        to: { type: 'string' },
        state: { type: 'string', enum: ['Packed', 'Sent'] },
        grams: { type: 'integer', format: 'int64' },
        labels: { type: 'object', additionalProperties: { type: 'string' } },
      },
      required: ['to'],
    });
  });

  it('is the type of what the schema admits', () => {
    interface Parcel {
      readonly to: string;
      readonly state: 'Packed' | 'Sent';
      readonly grams?: number;
      readonly labels?: Readonly<Record<string, string>>;
    }
    same<Infer<typeof parcel>>()<Parcel>();
    const several = list(parcel);
    same<Infer<typeof several>>()<readonly Parcel[]>();
  });

  it('tells the members of objects apart by their type', () => {
    const way = oneOfTypes({ post: {}, courier: { name: string, since: optional(integer) } });
    same<Infer<typeof way>>()<
      { readonly type: 'post' } | { readonly type: 'courier'; readonly name: string; readonly since?: number }
    >();
    expect(way.schema).to.deep.equal({
      type: 'object',
      properties: {
        type: { type: 'string', enum: ['post', 'courier'] },
        name: { type: 'string' },
        since: { type: 'integer', format: 'int64' },
      },
      required: ['type'],
    });
  });

  it('merges lists whose items have keys one by one', () => {
    expect(listBy(['to'], parcel).schema).to.include({ 'x-kubernetes-list-type': 'map' });
    expect(listBy(['to'], parcel).schema['x-kubernetes-list-map-keys']).to.deep.equal(['to']);
  });
});
