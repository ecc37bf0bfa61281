// Mocha's own spec report, plus the counts as a file for scripts/test.mjs, plus every skipped test by name.
const { writeFileSync } = require('node:fs');
const Mocha = require('mocha');

class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const skipped = [];
    let [passed, failed] = [0, 0];
    runner.on('pass', () => {
      passed += 1;
    });
    runner.on('fail', () => {
      failed += 1;
    });
    runner.on('pending', (test) => skipped.push(test.fullTitle()));
    runner.on('end', () => {
      if (options.reporterOptions?.counts) {
        writeFileSync(options.reporterOptions.counts, JSON.stringify({ passed, failed, skipped }));
      }
    });
  }
}

module.exports = CountingReporter;
