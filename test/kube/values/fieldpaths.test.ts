import { expect } from 'chai';
import { fieldsAt, parseFieldPath, placesOf, withoutField } from '../../../src/kube/values/fieldpaths.ts';
import { fieldSetFromV1, formatPath, pathsOf } from '../../../src/kube/values/fieldset.ts';

const OBJECT = {
  metadata: { annotations: { 'a.b/c': 'x' }, name: 'web' },
  spec: {
    replicas: 2,
    list: [1, 2],
    containers: [
      { name: 'web', image: 'w', ports: [{ port: 1 }] },
      { name: 'side', image: 's' },
    ],
  },
};
const path = (text: string) => {
  const read = parseFieldPath(text);
  if (!read.ok) throw new Error(read.problems[0].message);
  return read.value;
};

describe('paths to fields', () => {
  const found: readonly [path: string, ...places: string[]][] = [
    ['/spec/replicas', '.spec.replicas'],
    ['.spec.replicas', '.spec.replicas'],
    ['/metadata/annotations/a.b~1c', '.metadata.annotations["a.b/c"]'],
    ['.metadata.annotations["a.b/c"]', '.metadata.annotations["a.b/c"]'],
    ['.spec.containers[].image', '.spec.containers[0].image', '.spec.containers[1].image'],
    ['.spec.containers[1].image', '.spec.containers[1].image'],
    ['/spec/containers/1/image', '.spec.containers[1].image'],
    ['.spec.containers[?name=="side"].image', '.spec.containers[1].image'],
    ['.spec.containers[] | select(.name == "side") | .image', '.spec.containers[1].image'],
    ['.spec.containers[] | select(.name == "side").image', '.spec.containers[1].image'],
    ['.spec.containers[] | select(.name == "side")', '.spec.containers[1]'],
    ['.spec.containers[].ports[].port', '.spec.containers[0].ports[0].port'],
    ['.spec.missing[].x'],
    ['.spec.replicas[].x'],
  ];
  for (const [text, ...places] of found)
    it(`${text} leads to ${places.join(' and ') || 'nothing'}`, () => {
      expect(placesOf(OBJECT, path(text))).to.deep.equal(places);
    });

  const refused: readonly [path: string, why: RegExp][] = [
    ['', /names the whole object/],
    ['.', /names the whole object/],
    ['/a~2b', /written ~0/],
    ['.spec | keys', /\| (keys|select) is not understood/],
    ['..image', /\.\. is not understood/],
    ['.spec.containers[-1]', /\[-1\] is not understood/],
    ['.spec.containers[0:2]', /\[0:2\] is not understood/],
    ['.spec.containers[?name!="x"]', /is not understood/],
    ['.spec.containers[?name==x]', /is not understood/],
    ['spec.replicas', /spec is not understood/],
    ['.spec | select(.a == 1)', /\| (keys|select) is not understood/],
    [`.${'a'.repeat(600)}`, /longer than 512/],
    ['.a'.repeat(40), /more than 32 steps/],
  ];
  for (const [text, why] of refused)
    it(`refuses ${text.slice(0, 40) || 'nothing'}, by name`, () => {
      const read = parseFieldPath(text);
      expect(read.ok ? 'read' : read.problems[0].message).to.match(why);
    });

  it('takes a field out of an object, with the maps that this empties, and leaves the rest the same', () => {
    const left = withoutField(OBJECT, path('.metadata.annotations["a.b/c"]')) as typeof OBJECT;
    expect(left).to.deep.equal({ ...OBJECT, metadata: { name: 'web' } });
    expect(left.spec).to.equal(OBJECT.spec);
    expect(withoutField(OBJECT, path('.spec.none'))).to.equal(OBJECT);
    const items = withoutField(OBJECT, path('.spec.containers[?name=="web"]')) as typeof OBJECT;
    expect(items.spec.containers).to.deep.equal([{ name: 'side', image: 's' }]);
  });

  it('finds the fields of a manager by what the object holds', () => {
    const set = fieldSetFromV1({
      'f:spec': {
        'f:replicas': {},
        'f:containers': {
          'k:{"name":"web"}': { '.': {}, 'f:name': {}, 'f:image': {} },
          'k:{"name":"side"}': { '.': {}, 'f:name': {}, 'f:image': {} },
        },
      },
    });
    const at = (text: string) => pathsOf(fieldsAt(set, OBJECT, path(text))).map(formatPath);
    expect(at('/spec/replicas')).to.deep.equal(['.spec.replicas']);
    expect(at('.spec.containers[?name=="side"].image')).to.deep.equal([
      '.spec.containers[name="side"].image',
    ]);
    expect(at('.spec.containers[0].image')).to.deep.equal(['.spec.containers[name="web"].image']);
    expect(at('.spec.containers[0]')).to.deep.equal([
      '.spec.containers[name="web"]',
      '.spec.containers[name="web"].image',
      '.spec.containers[name="web"].name',
    ]);
    expect(at('.spec.other')).to.deep.equal([]);
  });
});
