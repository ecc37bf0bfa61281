import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { systemChance } from '../../../src/render/chance.ts';
import { cryptoFunctions } from '../../../src/render/gotemplate/functions/crypto.ts';
import { ENCODING } from '../../../src/render/gotemplate/functions/encoding.ts';
import { SPRIG } from '../../../src/render/gotemplate/functions/sprig.ts';
import { createMade } from '../../../src/render/gotemplate/made.ts';
import type { FunctionTable } from '../../../src/render/gotemplate/values.ts';
import { handlebars } from '../../../src/render/handlebars/engine.ts';
import { GO_HELPERS } from '../../../src/render/handlebars/helpers/go.ts';
import { HELPERS } from '../../../src/render/handlebars/helpers/index.ts';
import { render as goRender } from '../gotemplate/run.ts';

/** Expression → what it prints. Where sprig prints something, it prints this. */
const PRINTS: readonly (readonly [string, string])[] = [
  ["quote 'a\"b' 1", '"a\\"b" "1"'],
  ['squote "it"', "'it'"],
  ['indent 2 "a"', '  a'],
  ['nindent 2 "a"', '\n  a'],
  ['trim "  a "', 'a'],
  ['trimAll "$" "$5.00$"', '5.00'],
  ['trimPrefix "v" "v1.2"', '1.2'],
  ['trimSuffix "-" "web-"', 'web'],
  ['trunc 3 "abcdef"', 'abc'],
  ['trunc -3 "abcdef"', 'def'],
  ['upper "a"', 'A'],
  ['title "hello big world"', 'Hello Big World'],
  ['camelcase "http_server-name"', 'HttpServerName'],
  ['kebabcase "FirstName"', 'first-name'],
  ['snakecase "FirstName"', 'first_name'],
  ['replace "." "-" "a.b.c"', 'a-b-c'],
  ['replace "a" "$&" "a"', '$&'],
  ['contains "b" "abc"', 'true'],
  ['hasPrefix "ab" "abc"', 'true'],
  ['hasSuffix "ab" "abc"', 'false'],
  ['get (split "." "a.b") "_1"', 'b'],
  ['join "," (splitList "." "a.b")', 'a,b'],
  ['join "," (sortAlpha (list "b" "a"))', 'a,b'],
  ['print "a" 1', 'a 1'],
  [
    'printf "%s-%d:%05d|%-4s|%4s|%.2f|%q|%t|%v|%x|%%" "a" 1 42 "b" "c" 1.5 "q" true "v" 255',
    'a-1:00042|b   |   c|1.50|"q"|true|v|ff|%',
  ],
  ['printf "%05d" -42', '-0042'],
  ['eq 1 1', 'true'],
  ['eq "a" "b" "a"', 'true'],
  ['ne 1 2', 'true'],
  ['lt 1 2', 'true'],
  ['ge "b" "a"', 'true'],
  ['and 1 0 2', '0'],
  ['and 1 2', '2'],
  ['or 0 "" "x"', 'x'],
  ['not (list)', 'true'],
  ['default "d" ""', 'd'],
  ['default "d" 0', 'd'],
  ['coalesce 0 "" "c"', 'c'],
  ['empty (dict)', 'true'],
  ['ternary "y" "n" true', 'y'],
  ['add 1 2 3', '6'],
  ['sub 5 2', '3'],
  ['mul 2 3', '6'],
  ['div 7 2', '3'],
  ['mod 7 2', '1'],
  ['int "42"', '42'],
  ['float64 "1.5"', '1.5'],
  ['toJson (until 3)', '[0,1,2]'],
  ['toJson (range 2 8 3)', '[2,5]'],
  ['toJson (dict "b" 1 "a" 2)', '{"a":2,"b":1}'],
  ['toJson (dict b=1 a=2)', '{"a":2,"b":1}'],
  ['toYaml (dict "b" (list 1 2) "a" "x: y")', "a: 'x: y'\nb:\n- 1\n- 2"],
  ['get (fromYaml "a: 1") "a"', '1'],
  ['get (fromJson \'{"a":1}\') "a"', '1'],
  ['b64dec (b64enc "ü")', 'ü'],
  ['sha256sum "a"', 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb'],
  ['len (list 1 2)', '2'],
  ['len "ab"', '2'],
  ['first (list 1 2)', '1'],
  ['last (list 1 2)', '2'],
  ['toJson (rest (list 1 2 3))', '[2,3]'],
  ['toJson (append (list 1) 2)', '[1,2]'],
  ['toJson (prepend (list 1) 2)', '[2,1]'],
  ['toJson (concat (list 1) (list 2))', '[1,2]'],
  ['toJson (uniq (list 1 2 1))', '[1,2]'],
  ['has 2 (list 1 2)', 'true'],
  ['toJson (without (list 1 2 3) 2)', '[1,3]'],
  ['toJson (keys (dict "b" 1 "a" 2))', '["a","b"]'],
  ['toJson (values (dict "b" 1 "a" 2))', '[2,1]'],
  ['toJson (pick (dict "b" 1 "a" 2) "a")', '{"a":2}'],
  ['toJson (omit (dict "b" 1 "a" 2) "a")', '{"b":1}'],
  ['toJson (merge (dict "a" 1) (dict "a" 2 "b" 2))', '{"a":1,"b":2}'],
  ['toJson (mergeOverwrite (dict "a" 1) (dict "a" 2 "b" 2))', '{"a":2,"b":2}'],
  ['toJson (set (dict "a" 1) "b" 2)', '{"a":1,"b":2}'],
  ['hasKey (dict "a" 1) "a"', 'true'],
  ['hasKey (dict "a" 1) "toString"', 'false'],
  ['dig "a" "b" "none" (dict "a" (dict "b" 1))', '1'],
  ['dig "a" "x" "none" (dict "a" (dict "b" 1))', 'none'],
  ['index (list "a" "b") 1', 'b'],
  ['index (dict "a" (list 5)) "a" 0', '5'],
  ['lookup (dict "a" 1) "a"', '1'],
  ['toJson (lookup "v1" "Secret" "ns" "name")', '{}'],
  ['kindIs "map" (dict)', 'true'],
  ['typeIs "string" "a"', 'true'],
  ['regexMatch "^a+$" "aaa"', 'true'],
  ['regexFind "[0-9]+" "a12b"', '12'],
  ['regexReplaceAll "a(x*)b" "-axxb-" "${1}W"', '-xxW-'],
  ['regexReplaceAll "a(?P<n>x*)b" "-axxb-" "$n:$1W:$$"', '-xx::$-'],
  ['join "|" (regexFindAll "a*" "baab" -1)', '|aa|'],
  ['join "|" (regexFindAll "[ab]" "a1b2a" 2)', 'a|b'],
  ['join "|" (regexSplit "," "a,b,c" 2)', 'a|b,c'],
  ['join "|" (regexSplit "" "abc" -1)', 'a|b|c'],
  ['regexReplaceAll "x*" "axb" "-"', '-a-b-'],
  ['regexMatch "^(a+)+$" (printf "%s!" (replace "0" "aaaaaaaaaa" (printf "%0500d" 0)))', 'false'],
  ['semverCompare ">=1.20-0" "v1.35.1-gke.3"', 'true'],
  ['semverCompare "^1.2, <1.4" "1.5.0"', 'false'],
  ['get (semver "1.2.3-rc.1") "Prerelease"', 'rc.1'],
  ['date "2006-01-02 15:04:05" "2026-03-01T10:20:30Z"', '2026-03-01 10:20:30'],
];

/** The same of what is derived from the functions of Go templates. */
const DERIVED: readonly (readonly [string, string])[] = [
  ['abbrev 5 "hello world"', 'he...'],
  ['plural "one" "many" 2', 'many'],
  ['substr 0 3 "abcdef"', 'abc'],
  ['repeat 2 "ab"', 'abab'],
  ['wrap 3 "ab cd"', 'ab\ncd'],
  ['ceil 1.2', '2'],
  ['round 1.2345 2', '1.23'],
  ['addf 1.5 2', '3.5'],
  ['seq 1 3', '1 2 3'],
  ['toJson (chunk 2 (list 1 2 3))', '[[1,2],[3]]'],
  ['toJson (slice (list 1 2 3) 1)', '[2,3]'],
  ['toJson (pluck "a" (dict "a" 1) (dict "a" 2))', '[1,2]'],
  ['get (urlParse "https://u@h:1/p?q#f") "host"', 'h:1'],
  ['urlJoin (dict "scheme" "http" "host" "h" "path" "/p")', 'http://h/p'],
  ['base "a/b.c"', 'b.c'],
  ['osExt "a/b.c"', '.c'],
  ['trunc 8 (sha512sum "")', 'cf83e135'],
  ['b32enc "a"', 'ME======'],
  ['toToml (dict "a" "b")', 'a = "b"\n'],
  ['get (fromToml "a = 1") "a"', '1'],
  ['toRawJson (dict "a" "<")', '{"a":"<"}'],
  ['dateInZone "15:04" "2026-03-01T10:20:30Z" "Europe/Berlin"', '11:20'],
  ['htmlDate "2026-03-01T10:20:30Z"', '2026-03-01'],
  ['dateModify "1h" "2026-03-01T10:20:30Z"', '2026-03-01T11:20:30Z'],
  ['unixEpoch "2026-03-01T10:20:30Z"', '1772360430'],
  ['duration "95"', '1m35s'],
  ['regexQuoteMeta "a.b"', 'a\\.b'],
  ['regexReplaceAllLiteral "a" "aa" "$1"', '$1$1'],
  ['all 1 "" 2', 'false'],
  ['any 0 "" 2', 'true'],
  ['kindIs "map" (dict)', 'true'],
  ['swapcase "aB"', 'Ab'],
  ['initials "first try"', 'ft'],
  ['untitle "Ab"', 'ab'],
  ['cat "a" 1', 'a 1'],
  ['adler32sum "a"', '6422626'],
];

/** Where ours say something else than Go's on purpose: docs/charts.md says which. */
const OTHERWISE =
  /^(?:and|or|ternary|lookup|get \((?:from|split|semver)|toJson \((?:range|lookup)|print|typeIs|date |range|default "d" 0|tpl|quote)/;

const ERRORS: readonly (readonly [string, RegExp])[] = [
  ['div 1 0', /div: division by zero/],
  ['int "abc"', /int: expected a number, got string "abc"/],
  ['lt 1 "a"', /cannot compare a number with a string/],
  ['index (list 1) 5', /index 5 is outside a list of 1/],
  ['dict "a"', /every key needs a value/],
  ['until 1000000', /more than 100000/],
  ['fromJson "{"', /fromJson: /],
  ['regexMatch "(" "a"', /bad regular expression/],
  ['regexMatch "(?=a)" "a"', /bad regular expression: .*\(\?=/],
  ['upper (dict "a" 1)', /expected a scalar, got map \{"a":1\}/],
  ['printf "%d"', /%d has no argument/],
  ['semverCompare "banana" "1.0.0"', /banana is not a version constraint/],
];

function print(expression: string): string {
  const engine = handlebars.open({
    image: () => undefined,
    files: () => ({}),
    refer: () => undefined,
    made: createMade({}, systemChance),
    chance: systemChance,
  });
  return engine.render({ file: 't.hbs', text: `{{${expression}}}` }, { Values: {} }).text;
}

describe('the helper', () => {
  for (const [expression, printed] of PRINTS) {
    it(`{{${expression}}} prints ${JSON.stringify(printed)}`, () => {
      expect(print(expression)).to.equal(printed);
    });
  }

  for (const [expression, printed] of DERIVED) {
    it(`{{${expression}}} prints what Go's function does`, () => {
      expect(print(expression)).to.equal(printed);
    });
  }

  it('says what the function of Go templates says, wherever both know the call', () => {
    const made = createMade({}, systemChance);
    const functions: FunctionTable = { ...SPRIG, ...ENCODING, ...cryptoFunctions({ ...systemChance, made }) };
    const calls = PRINTS.filter(([expression]) => !/\b\w+=/.test(expression) && !OTHERWISE.test(expression));
    const others = calls.flatMap(([expression, printed]) => {
      try {
        const { text } = goRender({ t: `{{${expression}}}` }, { functions });
        return text === printed ? [] : [`${expression}: ${text}`];
      } catch (error) {
        return [`${expression}: ${error}`];
      }
    });
    expect(others).to.deep.equal([]);
  });

  for (const [expression, message] of ERRORS) {
    it(`{{${expression}}} says what is wrong`, () => {
      expect(() => print(expression)).to.throw(message);
    });
  }

  it('is listed in docs/charts.md, whichever it is', () => {
    const docs = readFileSync(new URL('../../../docs/charts.md', import.meta.url), 'utf8');
    const listed = new Set(docs.match(/\w+/g));
    const silent = Object.keys({ ...HELPERS, ...GO_HELPERS }).filter((name) => !listed.has(name));
    expect(silent).to.deep.equal([]);
  });

  it('never changes what it is handed', () => {
    const value = Object.freeze({ a: Object.freeze([1, 2]) });
    for (const name of ['set', 'unset', 'omit', 'pick', 'merge', 'mergeOverwrite', 'deepCopy', 'toYaml']) {
      expect(
        () => HELPERS[name]?.(value, ...(name.startsWith('merge') ? [{ b: 1 }] : ['a', 1])),
        name,
      ).to.not.throw();
    }
    expect(value).to.deep.equal({ a: [1, 2] });
  });
});
