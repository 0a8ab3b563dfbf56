const base = require('../../jest.config');

process.env.FUZZ_RUNS ??= '10000';

/** The fuzz tests: whatever reads what users type or vendors send. */
module.exports = {
	...base,
	rootDir: '../..',
	roots: ['<rootDir>/test/fuzz'],
	testPathIgnorePatterns: ['/node_modules/'],
};
