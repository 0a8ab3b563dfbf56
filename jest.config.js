/** Everything that needs no further software: pure parts, nodes on n8n's engine, the built package. */
module.exports = {
	testEnvironment: 'node',
	maxWorkers: '100%',
	roots: ['<rootDir>/test'],
	// Runs of their own: npm run test:faults, npm run test:fuzz.
	testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/faults/', '<rootDir>/test/fuzz/'],
	testTimeout: 30_000,
	testMatch: ['**/*.test.ts', '**/*.test.js'],
	setupFiles: ['<rootDir>/test/support/environment.js'],
	transform: {
		'^.+\\.ts$': ['ts-jest', { tsconfig: 'tsconfig.json', diagnostics: false }],
	},
};
