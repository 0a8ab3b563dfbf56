const base = require('../../jest.config');

process.env.FUZZ_RUNS ??= '10000';

/** The fuzz tests, which run with every other test too, with ten times as many cases. */
module.exports = { ...base, rootDir: '../..', roots: ['<rootDir>/test/fuzz'] };
