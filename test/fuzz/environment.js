const { readdirSync } = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '..', '..', 'nodes');

/** Cases for each parser. */
module.exports.runs = Number(process.env.FUZZ_RUNS);

/** Every function that a file under nodes/ exports, as `path/of/file.name`. */
module.exports.exportedFunctions = () =>
	readdirSync(root, { recursive: true, encoding: 'utf8' })
		.filter((file) => file.endsWith('.ts'))
		.flatMap((file) =>
			Object.entries(require(path.join(root, file)))
				.filter(([, value]) => typeof value === 'function')
				.map(([name]) => `${file.replace(/\.ts$/, '').split(path.sep).join('/')}.${name}`),
		);
