import { expect } from 'chai';
import { ingress, NGINX } from '../notation.ts';
import { compiled, messageOf, parentOf, reached, route, short, to } from './notation.ts';

/** 367 instructions with its path. */
const LARGE = '([ab]|cc){60}';

const pattern = (value: string, service = 'a') => ({
  matches: [{ path: { type: 'RegularExpression', value } }],
  backendRefs: [to(service)],
});

const header = (value: string, service = 'a') => ({
  matches: [{ headers: [{ name: 'X-Kind', type: 'RegularExpression', value }] }],
  backendRefs: [to(service)],
});

describe('the regular expressions of HTTPRoutes', () => {
  const many = (count: number, start = '/x') =>
    Array.from({ length: count }, (_, i) => pattern(`${start}${i}${LARGE}`));
  const asked = (i: number, start = '/x') => `http://shop.test${start}${i}${'a'.repeat(60)}`;

  it('of a host that are too many answer 500 for what begins as they do, and no wider rule has it', () => {
    const all = compiled({ routes: [route({ hosts: ['shop.test'], rules: [...many(9), '/ b'] })] });
    expect(reached(all, asked(0))).to.equal('a');
    expect(reached(all, asked(8))).to.equal(500);
    expect(reached(all, 'http://shop.test/other')).to.equal('b');
    expect(short(parentOf(all))).to.include('PartiallyInvalid=True UnsupportedValue');
    expect(messageOf(parentOf(all), 'PartiallyInvalid')).to.equal(
      'Dropped Rule: the regular expressions of shop.test have more than 2000 instructions',
    );
  });

  it('of one host take nothing from those of another, and those that are not served take nothing', () => {
    const refused = { ...route({ name: 'other', hosts: ['shop.test'], rules: many(9) }) };
    const astray = {
      ...refused,
      spec: { ...refused.spec, parentRefs: [{ name: 'edge', sectionName: 'x' }] },
    };
    const filled = route({ name: 'full', hosts: ['full.test'], rules: many(9) });
    const last = route({ age: 9, hosts: ['shop.test'], rules: many(1) });
    expect(reached(compiled({ routes: [astray, filled, last] }), asked(0))).to.equal('a');
  });

  it('share what a host may have with those of its Ingresses', () => {
    const rules = Array.from({ length: 9 }, (_, i) => `shop.test Specific /y${i}${LARGE} b`);
    const ingresses = [ingress({ rules, annotations: { [`${NGINX}use-regex`]: 'true' } })];
    const all = compiled({ routes: [route({ hosts: ['shop.test'], rules: many(1) })] }, { ingresses });
    expect(reached(all, asked(0))).to.equal(500);
    expect(short(parentOf(all))[0]).to.equal('Accepted=False UnsupportedValue');
  });

  it('of a header that cannot be used answer 500 to those who send it, and to nobody else', () => {
    for (const value of ['(a', `${LARGE}${LARGE}${LARGE}`]) {
      const all = compiled({ routes: [route({ rules: [header(value), '/ b'] })] });
      expect(reached(all, 'http://shop.test/', { headers: { 'x-kind': 'z' } })).to.equal(500);
      expect(reached(all, 'http://shop.test/')).to.equal('b');
    }
  });

  it('that are none answer 500 for all that begins as they do', () => {
    const cases: readonly (readonly [string, string, string | number])[] = [
      ['/admin/(', '/admin/x', 500],
      ['/admin/(', '/shop', 'b'],
      ['^/admin/(', '/admin/x', 500],
      ['^/admin/(', '/shop', 'b'],
      ['/admins?(', '/admin', 500],
      ['/admins?(', '/shop', 'b'],
      ['/(?!shop).*', '/admin', 500],
      ['/admin/(|/x', '/any', 500],
      ['/admin/(a|b)(?=c)', '/admin/a', 500],
      ['/admin/(a|b)(?=c)', '/shop', 'b'],
      ['/a\\|b(?=c)', '/shop', 'b'],
      ['/a[|]b(?=c)', '/shop', 'b'],
      ['/a|/b(?=c)', '/b', 500],
    ];
    for (const [value, path, expected] of cases) {
      const all = compiled({ routes: [route({ rules: [pattern(value), '/ b'] })] });
      expect(reached(all, `http://shop.test${path}`), `${value} ${path}`).to.equal(expected);
    }
  });
});
