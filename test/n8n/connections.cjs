/* Loaded into n8n before anything else: writes down where its process connects to, an address a line. */
const { appendFileSync } = require('node:fs');
const { Socket } = require('node:net');

const { connect } = Socket.prototype;
const known = new Set();

/** The options of a call of `connect`, in each of the forms that Node.js takes. */
function optionsOf([first, second]) {
	if (Array.isArray(first)) return first[0];
	if (typeof first === 'object') return first;
	const isPort = /^\d+$/.test(String(first));
	if (!isPort) return { path: first };
	return { port: first, host: typeof second === 'string' ? second : undefined };
}

Socket.prototype.connect = function (...args) {
	const { path, host = 'localhost', port } = optionsOf(args);
	const address = path === undefined || path === null ? `${host}:${port}` : `file ${path}`;
	if (!known.has(address)) {
		known.add(address);
		appendFileSync(process.env.TEST_CONNECTIONS_FILE, `${address}\n`);
	}
	return connect.apply(this, args);
};
