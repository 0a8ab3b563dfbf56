const diagnostics = require('node:diagnostics_channel');

/** How many HTTP requests of this process are under way, as a client sees them. */
const activity = { underWay: 0 };

diagnostics.subscribe('http.client.request.start', ({ request }) => {
	activity.underWay += 1;
	request.once('close', () => {
		activity.underWay -= 1;
	});
});

/** One turn of the event loop: everybody who can go on does. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

module.exports = { activity, turn };
