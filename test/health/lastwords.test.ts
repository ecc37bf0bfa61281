import { expect } from 'chai';
import { lastWords } from '../../src/health/lastwords.ts';

const NODE = `node:internal/modules/cjs/loader:1215
  throw err;
  ^

Error: Cannot find module 'pg'
Require stack:
- /app/server.js
    at Module._resolveFilename (node:internal/modules/cjs/loader:1212:15)
    at Module._load (node:internal/modules/cjs/loader:1043:27)
  code: 'MODULE_NOT_FOUND',
  requireStack: [ '/app/server.js' ]
}

Node.js v20.19.4
`;
const PYTHON = `Traceback (most recent call last):
  File "/app/main.py", line 1, in <module>
    import psycopg
ModuleNotFoundError: No module named 'psycopg'
`;

describe('the last words of a container', () => {
  it('are the error of a Node.js program, without its stack', () => {
    expect(lastWords(NODE)).to.deep.equal([
      "Error: Cannot find module 'pg'",
      'Require stack:',
      '- /app/server.js',
    ]);
  });
  it('are the end of a traceback', () => {
    expect(lastWords(PYTHON).at(-1)).to.equal("ModuleNotFoundError: No module named 'psycopg'");
  });
  it('are five lines of 200 characters at most, the last where none tells of an error', () => {
    const lines = Array.from({ length: 30 }, (_, n) => `line ${n} ${'x'.repeat(500)}`);
    const words = lastWords(lines.join('\n'));
    expect(words.map((line) => line.slice(0, 7))).to.deep.equal([
      'line 25',
      'line 26',
      'line 27',
      'line 28',
      'line 29',
    ]);
    expect(Math.max(...words.map((line) => line.length))).to.equal(200);
  });
  it('begin at an error that much output follows', () => {
    const [first] = lastWords(`panic: no config\n${'goroutine\n'.repeat(40)}`);
    expect(first).to.equal('panic: no config');
  });
  it('do not steer the terminal of who reads them', () => {
    expect(lastWords('\u001b[2J\u001b[31mgone\u001b[0m\u0007')).to.deep.equal(['gone']);
  });
  it('are nothing where nothing was said', () => expect(lastWords('\n\n')).to.deep.equal([]));
});
