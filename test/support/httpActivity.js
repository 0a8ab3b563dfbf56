const diagnostics = require('node:diagnostics_channel');

/** Another thread unpacks an answer, also after its connection has closed: real milliseconds. */
const UNPACKING = 100;

/** HTTP requests of this process, as a client sees them: how many are under way, and to which hosts any have gone. */
const activity = { underWay: 0, hosts: new Set() };

diagnostics.subscribe('http.client.request.start', ({ request }) => {
	activity.underWay += 1;
	activity.hosts.add(String(request.getHeader('host')));
	request.once('close', () => {
		const end = () => {
			activity.underWay -= 1;
		};
		// The client takes it out of the other list.
		if (request.res?.rawHeaders.includes('content-encoding')) setTimeout(end, UNPACKING);
		else end();
	});
});

/** One turn of the event loop: everybody who can go on does. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

module.exports = { activity, turn };
