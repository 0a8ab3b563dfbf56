import { closeBenches, startBench, type Bench } from './support';

let bench: Bench;

beforeAll(async () => {
	bench = await startBench();
});
afterAll(closeBenches);

const jira = (path: string, data?: object) =>
	bench.send({
		method: data ? 'POST' : 'GET',
		url: `/rest/api/2/${path}`,
		data,
		headers: { authorization: 'Basic c29tZWJvZHk6c29tZXRoaW5n' },
	});

const issue = {
	fields: { summary: 'Scan failed', project: { id: '10000' }, issuetype: { id: '10001' } },
};

test('Slack: ok, and the message is kept', async () => {
	const send = (data: object) => bench.send({ method: 'POST', url: '/slack/webhook', data });
	const answer = await send({ text: 'Scan done' });
	expect([answer.status, answer.data]).toEqual([200, 'ok']);
	expect((await send({})).status).toBe(400);
	expect((await bench.send({ url: '/simulator/messages' })).data).toEqual([
		{ at: bench.clock.now(), to: 'slack', body: { text: 'Scan done' } },
	]);
	await bench.send({ method: 'DELETE', url: '/simulator/messages' });
	expect(bench.simulator.messages).toEqual([]);
});

test.each([
	'myself',
	'serverInfo',
	'issuetype',
	'project',
	'project/search',
	'project/10000',
	'priority',
	'label',
])('Jira: GET %s', async (path) => {
	expect((await jira(path)).status).toBe(200);
	expect((await bench.send({ url: `/rest/api/2/${path}` })).status).toBe(401);
});

test('Jira: an issue is created and kept', async () => {
	const first = await jira('issue', issue);
	expect(first.status).toBe(201);
	expect(first.data).toEqual({
		id: '20001',
		key: 'SEC-1',
		self: `${bench.url}/rest/api/2/issue/20001`,
	});
	expect((await jira('issue', issue)).data.key).toBe('SEC-2');
	expect((await jira('issue', { fields: {} })).status).toBe(400);
	expect(bench.simulator.messages).toMatchObject([
		{ to: 'jira', key: 'SEC-1', body: issue },
		{ to: 'jira', key: 'SEC-2', body: issue },
	]);
});
