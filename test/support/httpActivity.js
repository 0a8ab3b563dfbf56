const diagnostics = require('node:diagnostics_channel');

/** HTTP requests of this process, as a client sees them: how many are under way, and to which hosts any have gone. */
const activity = { underWay: 0, hosts: new Set() };

diagnostics.subscribe('http.client.request.start', ({ request }) => {
	activity.underWay += 1;
	activity.hosts.add(String(request.getHeader('host')));
	request.once('close', () => {
		activity.underWay -= 1;
	});
});

/** One turn of the event loop: everybody who can go on does. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

module.exports = { activity, turn };
