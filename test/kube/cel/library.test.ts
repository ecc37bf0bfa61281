import { expect } from 'chai';
import { evaluate } from './notation.ts';

/** By library: expression → value, from the examples in cel-go's `ext` and `apiserver/pkg/cel/library`. */
const LIBRARIES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  strings: {
    '"tacocat".charAt(3)': '"o"',
    '"abc".charAt(4)': 'error: index out of range: 4',
    '"hello mellow".indexOf("ello", 2)': '7',
    '"hello mellow".lastIndexOf("ello")': '7',
    '"hello mellow".lastIndexOf("ello", 6)': '1',
    '["a", "b"].join("-")': '"a-b"',
    '"TacoCat".lowerAscii()': '"tacocat"',
    '"TacoÆt".upperAscii()': '"TACOÆT"',
    '"hello hello".replace("he", "we")': '"wello wello"',
    '"hello hello".replace("he", "we", 1)': '"wello hello"',
    '"abc".replace("", "_")': '"_a_b_c_"',
    '"a b c".split(" ", 2)': '["a", "b c"]',
    '"a b".split(" ", 0)': '[]',
    '"tacocat".substring(4)': '"cat"',
    '"tacocat".substring(3, 2)': 'error: invalid substring range. start: 3, end: 2',
    '"  \\ttrim\\n ".trim()': '"trim"',
    'strings.quote("a\\"b")': '"\\"a\\\\\\"b\\""',
    '"%s is %d, %.2f of %x".format(["a", 5, 1.0, 255])': '"a is 5, 1.00 of ff"',
    '"%s".format([[1, "a"]])': '"[1, a]"',
    '"%d".format(["a"])': 'error: error during formatting: decimal clause can only be used on integers',
    '"%s".format([])': 'error: index 0 out of range',
    '"abc".contains("b")': 'true',
  },
  lists: {
    '[1, 2, 3].isSorted()': 'true',
    '[1, 3].sum()': '4',
    '[1.0, 3.5].sum()': '4.5',
    '[2, 1].min()': '1',
    '["b", "c"].max()': '"c"',
    '[].max()': 'error: max called on empty list',
    '["a", "b", "b"].lastIndexOf("b")': '2',
    '[1, 2, 3, 4].slice(1, 3)': '[2, 3]',
    '[[[1]], [[2], [3]]].flatten(2)': '[1, 2, 3]',
    '[3, 2, 1].sort()': '[1, 2, 3]',
    '["bb", "a"].sortBy(x, x.size())': '["a", "bb"]',
    '[1, 1, 2].distinct()': '[1, 2]',
    '[1, 2].reverse()': '[2, 1]',
    '[1, 2].first()': 'some(1)',
    '[].last()': 'none',
    'lists.range(3)': '[0, 1, 2]',
    'sets.contains([1, 2], [2])': 'true',
    'sets.equivalent([1, 1], [1])': 'true',
    'sets.intersects([1], [2])': 'false',
  },
  'regular expressions': {
    '"abc 123".find("[0-9]+")': '"123"',
    '"1 2 3".findAll("[0-9]", 2)': '["1", "2"]',
    '"foobar".matches("foo.*")': 'true',
    '"a".matches("(?=a)")': 'error: error parsing regexp: invalid or unsupported Perl syntax: `(?=`',
  },
  urls: {
    'url("https://user:pass@example.com:80/a b?k=1&k=2#f").getHost()': '"example.com:80"',
    'url("https://[::1]:80/").getHostname()': '"::1"',
    'url("https://example.com:80/").getPort()': '"80"',
    'url("https://example.com/path with spaces/").getEscapedPath()': '"/path%20with%20spaces/"',
    'url("/p?a=1&b=2&b=3").getQuery()': '{"a": ["1"], "b": ["2", "3"]}',
    'url("/path").getScheme()': '""',
    'isURL("https://a:b:c/")': 'false',
    'isURL("../relative-path")': 'false',
  },
  quantities: {
    'quantity("200M").compareTo(quantity("0.2G"))': '0',
    'quantity("50k").add(20).sub(quantity("100k")).sub(-50000) == quantity("20")': 'true',
    'quantity("50k").asInteger()': '50000',
    'quantity("9999999999999999999999999999999999999G").isInteger()': 'false',
    'quantity("1.5").asApproximateFloat()': '1.5',
    'isQuantity("200K")': 'false',
    'quantity("-1").sign()': '-1',
    'isQuantity("1e99999999")': 'false',
  },
  addresses: {
    'isIP("127.0.0.256")': 'false',
    'isIP("::ffff:1.2.3.4")': 'false',
    'isIP("01.2.3.4")': 'false',
    'ip.isCanonical("2001:DB8::ABCD")': 'false',
    'string(ip("2001:db8:0:0:0:0:0:1"))': '"2001:db8::1"',
    'ip("::1").family()': '6',
    'ip("169.254.169.254").isLinkLocalUnicast()': 'true',
    'ip("255.255.255.255").isGlobalUnicast()': 'false',
    'cidr("192.168.0.0/16").containsCIDR("192.168.10.0/24")': 'true',
    'cidr("192.168.0.1/24").masked() == cidr("192.168.0.0/24")': 'true',
    'cidr("192.168.0.0/24").containsIP("192.168.1.1")': 'false',
    'cidr("::1/128").prefixLength()': '128',
    'isCIDR("192.168.0.0/33")': 'false',
  },
  formats: {
    'format.dns1123Label().validate("my-label")': 'none',
    'format.dns1123Label().validate("My").hasValue()': 'true',
    'format.named("uuid").value().validate("x").value()': '["does not match the UUID format"]',
    'format.named("nothing").hasValue()': 'false',
    'format.date().validate("2021-02-30").hasValue()': 'true',
  },
  'semantic versions': {
    'semver("1.2.3").compareTo(semver("2.0.0"))': '-1',
    'semver("1.0.0-alpha").isLessThan(semver("1.0.0"))': 'true',
    'isSemver("v1.0")': 'false',
    'semver("v01.2", true).minor()': '2',
  },
  times: {
    'timestamp("2026-03-01T10:00:00Z").getDayOfYear()': '59',
    'timestamp("2026-03-01T23:30:00Z").getDate("+01:00")': '2',
    'timestamp("2026-07-01T12:00:00Z").getHours("Europe/Berlin")': '14',
    'timestamp("2026-01-02T00:00:00Z") - timestamp("2026-01-01T00:00:00Z") == duration("24h")': 'true',
    'string(timestamp("2026-01-01T00:00:00.5Z") + duration("1h"))': '"2026-01-01T01:00:00.5Z"',
    'duration("1h30m").getMinutes()': '90',
    'string(duration("90s"))': '"90s"',
    'duration("1x")': 'error: time: invalid duration "1x"',
    'timestamp("2026-02-30T00:00:00Z")': 'error: invalid timestamp "2026-02-30T00:00:00Z"',
  },
};

for (const [library, values] of Object.entries(LIBRARIES)) {
  describe(`the library of ${library}`, () => {
    for (const [expression, value] of Object.entries(values)) {
      it(`${expression} is ${value}`, () => {
        expect(evaluate(expression)).to.equal(value);
      });
    }
  });
}
