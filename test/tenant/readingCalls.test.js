/* The check makes every call that reads of those that the nodes make. */
const { readdirSync, readFileSync } = require('node:fs');
const { join, resolve } = require('node:path');

const { CORTEX } = require('../../tenant/cortex');
const { QUALYS } = require('../../tenant/qualys');

const nodes = resolve(__dirname, '../../nodes');
const sources = readdirSync(nodes, { recursive: true, encoding: 'utf8' })
	.filter((name) => name.endsWith('.ts'))
	.map((name) => readFileSync(join(nodes, name), 'utf8'))
	.join('\n');

const withoutSlash = (path) => path.replace(/\/$/, '');

/** Paths as they stand in the sources of the nodes. */
const paths = [
	...new Set(
		[...sources.matchAll(/['"`](?:\$\{[^}]*\})?(\/(?:public_api|sm)\/v[^'"`]*)['"`]/g)].map(
			([, path]) => withoutSlash(path),
		),
	),
];

/** Calls that start something, by their paths: no check may make them. */
const STARTING = [
	'/public_api/v1/endpoints/scan',
	'/public_api/v1/endpoints/abort_scan',
	'/public_api/v1/endpoints/file_retrieval',
	// Isolate and Unisolate.
	'/public_api/v1/endpoints/${what}',
	// Both ways to run a script.
	'/public_api/v1/scripts/${library ? ',
	'/public_api/v1/xql/start_xql_query',
	'/public_api/vulnerability-management/v1/external-scans/assets',
	'/sm/v1/scripts',
	'/sm/v1/scripts/${scriptId}/execute',
];

const made = [CORTEX, QUALYS].flatMap(({ probes }) =>
	probes.map(({ path }) => withoutSlash(path({}))),
);

it('every call of the nodes is made by the check, or starts something', () => {
	const reading = paths.filter((path) => !STARTING.includes(path));
	expect(reading.filter((path) => !made.includes(path))).toEqual([]);
	expect(reading.length).toBeGreaterThan(8);
});

it('what starts something is named as the nodes have it, and the check never makes it', () => {
	expect(STARTING.filter((path) => !paths.includes(path))).toEqual([]);
	expect(made.filter((path) => STARTING.includes(path))).toEqual([]);
});
