const base = require('../../jest.config');

/** The fault matrix: every subject of subjects.ts under every fault of faults.ts. */
module.exports = {
	...base,
	rootDir: '../..',
	roots: ['<rootDir>/test/faults'],
	testPathIgnorePatterns: ['/node_modules/'],
	verbose: false,
};
