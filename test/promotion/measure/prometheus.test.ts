import { expect } from 'chai';
import { readAnswer } from '../../../src/promotion/measure/prometheus.ts';

/** Answers as the HTTP API v1 of Prometheus documents them. */
const vector = (...values: readonly string[]) => ({
  resultType: 'vector',
  result: values.map((value) => ({ metric: {}, value: [1435781451.781, value] })),
});
const success = (data: object) => JSON.stringify({ status: 'success', data });
const asked = { query: 'q', max: 0.5, over: 0 };

const ROWS: readonly (readonly [sentence: string, text: string, state: string, message: string])[] = [
  ['within its bounds', success(vector('0.2')), 'good', '0.2 is not above 0.5'],
  ['above in one of its series', success(vector('0.2', '0.7')), 'bad', '0.7 is above 0.5'],
  ['infinite', success(vector('+Inf')), 'bad', 'Infinity is above 0.5'],
  ['no number', success(vector('NaN')), 'unknown', 'the query gives NaN'],
  ['empty', success(vector()), 'unknown', 'no data for the query'],
  ['a scalar', success({ resultType: 'scalar', result: [1435781451, '0.1'] }), 'good', '0.1 is not above'],
  [
    'above at one time of a range',
    success({
      resultType: 'matrix',
      result: [
        {
          metric: {},
          values: [
            [1, '0.1'],
            [2, '0.9'],
          ],
        },
      ],
    }),
    'bad',
    '0.9 is above 0.5',
  ],
  ['a text', success({ resultType: 'string', result: [1, 'x'] }), 'unknown', 'holds no numbers'],
  [
    'a refusal',
    JSON.stringify({ status: 'error', errorType: 'bad_data', error: 'parse error at char 3' }),
    'unknown',
    'parse error at char 3',
  ],
  ['a page of HTML', '<html>', 'unknown', 'answers with status 200'],
  ['nothing', '', 'unknown', 'answers with status 200'],
];

describe('an answer of Prometheus', () => {
  for (const [sentence, text, state, message] of ROWS)
    it(`that is ${sentence} is ${state}`, () => {
      const reading = readAnswer(asked, 200, text);
      expect(reading.state).to.equal(state);
      expect(reading.message).to.contain(message);
    });

  it('is held to the least where the gate names that', () => {
    const least = { query: 'q', min: 2, over: 0 };
    expect(readAnswer(least, 200, success(vector('3', '1'))).message).to.equal('1 is below 2');
    expect(readAnswer(least, 200, success(vector('3', '2'))).state).to.equal('good');
  });
});
