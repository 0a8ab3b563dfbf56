import type { AxiosRequestConfig } from 'axios';

import { compileQuery } from '../../simulator/qualys/qql';
import { closeBenches, startBench, type Bench } from './support';

let bench: Bench;

beforeAll(async () => {
	bench = await startBench({ scriptJobs: 60_000 });
});
afterAll(closeBenches);

interface Row {
	sortValues: Array<number | string>;
	data: Record<string, unknown> & { id: string; created: { dateTime: number } };
}

const NEWEST_FIRST = '[{"created.dateTime": "desc"}, {"id": "desc"}]';
const HOUR = 3600;

/** Follows the cursor to the end. */
async function readAll(from: Bench, body: object, pageSize: number): Promise<Row[]> {
	const rows: Row[] = [];
	for (;;) {
		const searchAfter = rows.at(-1)?.sortValues;
		const answer = await from.search({
			sort: NEWEST_FIRST,
			...body,
			pageSize,
			...(searchAfter ? { searchAfter } : {}),
		});
		if (answer.status !== 200) throw new Error(JSON.stringify(answer.data));
		const { list } = answer.data.body;
		rows.push(...list);
		if (list.length < pageSize) return rows;
	}
}

describe('signing in', () => {
	test('each user, whose password needs encoding, gets a token that works', async () => {
		for (const { username, password, apiAccess } of Object.values(bench.simulator.users)) {
			const { status, data, headers } = await bench.signIn(username, password);
			expect(status).toBe(201);
			expect(headers['content-type']).toContain('text/plain');
			const claims = JSON.parse(Buffer.from(data.split('.')[1], 'base64url').toString());
			expect(claims).toMatchObject({ sub: username });
			expect(claims.exp - claims.iat).toBe(4 * HOUR);
			expect((await bench.search({}, { token: data })).status).toBe(apiAccess ? 200 : 403);
		}
	});

	const { stringify } = JSON;
	const raw: Array<[string, AxiosRequestConfig, number]> = [
		['a wrong password', { data: 'username=simul_ad1&password=wrong&token=true' }, 401],
		[
			'an unencoded password',
			{ data: 'username=simul_ad1&password=Fake+Pass&100%&token=true' },
			401,
		],
		['an unknown user', { data: 'username=nobody&password=x&token=true' }, 401],
		['no token=true', { data: 'username=simul_ad1&password=x' }, 400],
		[
			'JSON',
			{
				data: stringify({ username: 'simul_ad1' }),
				headers: { 'content-type': 'application/json' },
			},
			415,
		],
	];
	test.each(raw)('%s', async (_name, config, status) => {
		const answer = await bench.send({
			method: 'POST',
			url: '/auth',
			headers: { 'content-type': 'application/x-www-form-urlencoded' },
			...config,
		});
		expect(answer.status).toBe(status);
		if (status === 401)
			expect(answer.data.authentication_exceptions[0][0]).toMatch(/^Authentication Failure/);
	});

	test.each(['__proto__', 'constructor', 'toString'])(
		'"%s" is a name like others',
		async (name) => {
			const other = await startBench();
			for (let i = 0; i < 6; i++) expect((await other.signIn(name, 'x')).status).toBe(401);
			const { data } = await other.send({ url: '/simulator/qualys/logins', responseType: 'text' });
			expect(String(data)).toBe(
				`{"${name}":{"granted":0,"refused":6,"refusedInARow":6,"locked":true}}`,
			);
		},
	);

	test('five refusals in a row lock the account', async () => {
		const other = await startBench();
		const { username, password } = other.simulator.users.admin;
		const refuse = async (times: number) => {
			for (let i = 0; i < times; i++) expect((await other.signIn(username, 'x')).status).toBe(401);
		};
		await refuse(4);
		expect((await other.signIn(username, password)).status).toBe(201);
		await refuse(5);
		const locked = await other.signIn(username, password);
		expect(locked.status).toBe(401);
		expect(locked.data.authentication_exceptions[0][0]).toContain('locked');
		const { data } = await other.send({ url: '/simulator/qualys/logins' });
		expect(data[username]).toEqual({ granted: 1, refused: 10, refusedInARow: 6, locked: true });
		await other.send({ method: 'DELETE', url: '/simulator/qualys/logins' });
		expect((await other.signIn(username, password)).status).toBe(201);
	});
});

describe('tokens', () => {
	const expired = { status: 401, error: 'Unauthorized', message: 'JWT expired' };
	const forge = () => {
		const [header, , signature] = bench.simulator.qualys.bearerToken.split('.');
		const payload = Buffer.from('{"sub":"simul_ad1","exp":9999999999,"jti":0}').toString(
			'base64url',
		);
		return [header, payload, signature].join('.');
	};

	test.each([
		['no token', () => ''],
		['nonsense', () => 'nonsense'],
		['a forged one', forge],
	])('%s is refused', async (_name, token) => {
		const answer = await bench.search({}, { token: token() });
		expect([answer.status, answer.data]).toEqual([401, expired]);
	});

	test('they last 4 simulated hours; the long-lived one stays', async () => {
		const { username, password } = bench.simulator.users.admin;
		const { data: token } = await bench.signIn(username, password);
		bench.simulator.time.advance(4 * HOUR - 1);
		expect((await bench.search({}, { token })).status).toBe(200);
		bench.simulator.time.advance(1);
		expect((await bench.search({}, { token })).status).toBe(401);
		expect((await bench.search({})).status).toBe(200);
	});

	test('they can be ended', async () => {
		const other = await startBench();
		const { username, password } = other.simulator.users.admin;
		const { data: token } = await other.signIn(username, password);
		const expire = (data?: object) =>
			other.send({ method: 'POST', url: '/simulator/qualys/expire-tokens', data });
		expect((await expire()).status).toBe(200);
		expect((await other.search({}, { token })).status).toBe(401);
		expect((await other.search({})).status).toBe(200);
		const { data: renewed } = await other.signIn(username, password);
		expect((await other.search({}, { token: renewed })).status).toBe(200);
		await expire({ longLived: true });
		expect((await other.search({})).status).toBe(401);
	});
});

describe('records', () => {
	test('v1 and v2 differ in wrapping and fields', async () => {
		const one = (await bench.search({ sort: NEWEST_FIRST, pageSize: 2 }, { version: 1 })).data;
		const two = (await bench.search({ sort: NEWEST_FIRST, pageSize: 2 })).data;
		expect(Object.keys(one)).toEqual(['errorCode', 'message', 'body']);
		expect([one.errorCode, one.message]).toEqual([null, null]);
		expect(Object.keys(two)).toEqual(['body']);
		expect(one.body.totalCount).toBe(60_000);
		expect(two.body.totalCount).toBe(60_000);
		const [record] = one.body.list;
		const { data, sortValues } = two.body.list[0];
		expect(data).toMatchObject(record);
		expect(Object.keys(data).length).toBeGreaterThan(Object.keys(record).length);
		expect(sortValues).toEqual([data.created.dateTime, data.id]);
		expect(record).toEqual({
			severity: expect.any(Number),
			test: false,
			created: expect.objectContaining({ dateTime: expect.any(Number) }),
			executionType: 'Manual',
			correlationUuid: expect.stringMatching(/^[0-9a-f-]{36}$/),
			threshold: 0,
			title: expect.stringMatching(/-\d{10}$/),
			platform: expect.stringMatching(/^(WINDOWS|LINUX|MAC)$/),
			updatedDateTime: expect.any(Number),
			scriptId: expect.any(Number),
			customerUuid: expect.any(String),
			isTest: false,
			scriptType: expect.any(String),
			id: expect.stringMatching(/^\d+$/),
			category: { name: expect.any(String), id: expect.any(Number) },
		});
	});

	test('ten a page by default, newest first; some have no user', async () => {
		const { list } = (await bench.search({})).data.body;
		expect(list).toHaveLength(10);
		expect(list[0].sortValues).toHaveLength(1);
		const { list: more } = (await bench.search({ pageSize: 200 })).data.body;
		const times = more.map(({ data }: Row) => data.created.dateTime);
		expect(times).toEqual([...times].sort((a, b) => b - a));
		const withUser = more.filter(({ data }: Row) => 'user' in data.created).length;
		expect(withUser).toBeGreaterThan(0);
		expect(withUser).toBeLessThan(200);
	});

	test('users see what their tags allow', async () => {
		const { finance, blind } = bench.simulator.users;
		const count = async (user: typeof finance) => {
			const { data: token } = await bench.signIn(user.username, user.password);
			return (await bench.search({}, { token })).data.body.totalCount;
		};
		expect(await count(blind)).toBe(0);
		const seen = await count(finance);
		expect(seen).toBeGreaterThan(60_000 / 10);
		expect(seen).toBeLessThan(60_000 / 3);
	});
});

describe('paging', () => {
	test('60,000 jobs by cursor: each exactly once, in order, although many share a millisecond', async () => {
		const rows = await readAll(bench, {}, 1000);
		expect(rows).toHaveLength(60_000);
		expect(new Set(rows.map(({ data }) => data.id)).size).toBe(60_000);
		const times = rows.map(({ data }) => data.created.dateTime);
		expect(new Set(times).size).toBeLessThan(20_000);
		rows.slice(1).forEach(({ data }, i) => {
			const before = rows[i].data;
			const inOrder =
				data.created.dateTime < before.created.dateTime ||
				(data.created.dateTime === before.created.dateTime && data.id < before.id);
			if (!inOrder) throw new Error(`${data.id} comes after ${before.id}`);
		});
	});

	test('a cursor over time alone loses jobs: that is why a sort ends in id', async () => {
		const rows = await readAll(
			bench,
			{ sort: '[{"created.dateTime":"desc"}]', endAt: '2026-01-01T00:00:00.000Z' },
			100,
		);
		const all = await bench.search({ endAt: '2026-01-01T00:00:00.000Z' });
		expect(rows.length).toBeLessThan(all.data.body.totalCount);
	});

	test('ids compare as texts', async () => {
		const sort = '[{"id":"asc"}]';
		const { list } = (await bench.search({ sort, pageSize: 2 })).data.body;
		expect(list.map(({ data }: Row) => data.id)).toEqual(['1000000', '1000001']);
		const after = await bench.search({ sort, pageSize: 1, searchAfter: ['1009999'] });
		expect(after.data.body.list[0].data.id).toBe('950000');
	});

	test('pages by number are the cursor’s pages', async () => {
		const byCursor = (await bench.search({ sort: NEWEST_FIRST, pageSize: 300 })).data.body.list;
		const byNumber: unknown[] = [];
		for (const pageNumber of [0, 1, '2']) {
			const { data } = await bench.search(
				{ sort: NEWEST_FIRST, pageSize: '100', pageNumber },
				{ version: 1 },
			);
			byNumber.push(...data.body.list.map(({ id }: Row['data']) => id));
		}
		expect(byNumber).toEqual(byCursor.map(({ data }: Row) => data.id));
	});

	test('the offset window ends at 10,000', async () => {
		const page = (pageNumber: number) =>
			bench.search({ pageSize: 100, pageNumber }, { version: 1 });
		expect((await page(99)).data.body.list).toHaveLength(100);
		const beyond = await page(100);
		expect(beyond.status).toBe(400);
		expect(beyond.data).toEqual({
			errorCode: expect.any(String),
			message: expect.stringContaining('Result window is too large'),
			body: null,
		});
	});

	test('past the last page of a small result: empty', async () => {
		const filter = 'id: 950000';
		const answer = await bench.search({ filter, pageNumber: 1 });
		expect(answer.data.body).toEqual({ totalCount: 1, list: [] });
	});

	test('jobs that are created meanwhile come first, and the cursor is not disturbed', async () => {
		const other = await startBench({ scriptJobs: 1000 });
		other.simulator.qualys.createEvery = 1;
		await other.search({ sort: NEWEST_FIRST });
		const rows = await readAll(other, {}, 50);
		// The first request of this paging saw the two jobs created by then.
		expect(rows).toHaveLength(1002);
		expect(new Set(rows.map(({ data }) => data.id)).size).toBe(1002);
		expect(other.simulator.qualys.jobCount()).toBeGreaterThan(1020);
		const { data } = await other.send({
			method: 'POST',
			url: '/simulator/qualys/jobs',
			data: { count: 2, scriptId: 276000, every: 0 },
		});
		expect(data).toEqual({ jobs: other.simulator.qualys.jobCount(), createEvery: 0 });
		const newest = (await other.search({ sort: NEWEST_FIRST, pageSize: 2 })).data.body.list;
		expect(newest.map((row: Row) => row.data.scriptId)).toEqual([276000, 276000]);
	});

	test('100,001 jobs', async () => {
		const other = await startBench({ scriptJobs: 100_001 });
		expect((await other.search({ sort: NEWEST_FIRST })).data.body.totalCount).toBe(100_001);
	});
});

describe('refusals', () => {
	const table: Array<[string, object, RegExp]> = [
		['a sort that is no JSON', { sort: 'created.dateTime desc' }, /sort/],
		['a sort by something else', { sort: '[{"colour":"asc"}]' }, /colour/],
		['a sort in no direction', { sort: '[{"id":"up"}]' }, /direction/],
		['a sort that is a list', { sort: [{ id: 'asc' }] }, /sort/],
		['an empty sort', { sort: '[]' }, /sort/],
		['a cursor that is too short', { sort: NEWEST_FIRST, searchAfter: [1] }, /2 values/],
		['a cursor with a number as id', { sort: NEWEST_FIRST, searchAfter: [1, 2] }, /2 values/],
		['a cursor with a time as text', { sort: NEWEST_FIRST, searchAfter: ['1', '2'] }, /2 values/],
		['a cursor without the sort it came from', { searchAfter: [1, '2'] }, /1 values/],
		['a cursor that is a text', { sort: NEWEST_FIRST, searchAfter: '[1,"2"]' }, /searchAfter/],
		[
			'a cursor and a page',
			{ sort: NEWEST_FIRST, searchAfter: [1, '2'], pageNumber: 1 },
			/pageNumber/,
		],
		['a page of none', { pageSize: 0 }, /pageSize/],
		['a page of 1001', { pageSize: 1001 }, /pageSize/],
		['a page of -1', { pageSize: -1 }, /pageSize/],
		['a page of words', { pageSize: 'ten' }, /pageSize/],
		['a date without milliseconds', { startAt: '2026-01-01T00:00:00Z' }, /startAt/],
		['a date that is none', { endAt: '2026-13-01T00:00:00.000Z' }, /endAt/],
		['a date as a number', { startAt: 1767225600000 }, /startAt/],
		['a filter that is no query', { filter: 'scriptId' }, /colon/],
	];
	test.each(table)('%s', async (_name, body, words) => {
		const answer = await bench.search(body);
		expect(answer.status).toBe(400);
		expect(answer.data).toEqual({
			errorCode: expect.any(String),
			message: expect.stringMatching(words),
			body: null,
		});
	});

	test('v1 overlooks a cursor', async () => {
		expect((await bench.search({ searchAfter: [1, 2, 3] }, { version: 1 })).status).toBe(200);
	});
});

test('time ranges hold both their ends', async () => {
	const { list } = (
		await bench.search({ pageSize: 1, sort: NEWEST_FIRST, endAt: '2026-01-15T12:00:00.000Z' })
	).data.body;
	const time = new Date(list[0].data.created.dateTime).toISOString();
	const exact = await bench.search({ startAt: time, endAt: time });
	expect(exact.data.body.totalCount).toBeGreaterThan(0);
	expect(
		exact.data.body.list.every(
			({ data }: Row) => new Date(data.created.dateTime).toISOString() === time,
		),
	).toBe(true);
	const later = await bench.search({ startAt: '2026-02-01T00:00:00.000Z' });
	const earlier = await bench.search({ endAt: '2026-01-31T23:59:59.999Z' });
	expect(later.data.body.totalCount + earlier.data.body.totalCount).toBe(60_000);
});

describe('queries', () => {
	const job = {
		id: '950007',
		createdAt: 0,
		updatedAt: 0,
		title: '',
		tag: 'Cloud',
		correlationUuid: '',
		script: {
			id: 276203,
			name: 'Quarantine file "invoice.exe" (old)',
			platform: 'WINDOWS',
			severity: 3,
			category: { name: 'Malware Response', id: 1 },
			type: 'Python',
			language: 'Python',
		},
	};

	test.each([
		['scriptId: 276203', true],
		['scriptId:276203', true],
		['scriptId: 27620', false],
		['script.id: 276203', true],
		['id: 950007', true],
		['id: `950007`', true],
		['id: 95000', false],
		['platform: WINDOWS', true],
		['platform: windows', true],
		['platform: `windows`', false],
		['severity: 3', true],
		['severity > 2', true],
		['severity>3', false],
		['severity >= 3', true],
		['severity < 3', false],
		['severity <= 3', true],
		['script.name: quarantine', true],
		['script.name: file Quarantine', true],
		['script.name: quarantine files', false],
		['script.name: "quarantine FILE"', true],
		['script.name: "file quarantine"', false],
		['script.name: "file \\"invoice.exe\\" (old)"', true],
		['script.name: `Quarantine file "invoice.exe" (old)`', true],
		['script.name: `quarantine file "invoice.exe" (old)`', false],
		['script.name: `Quarantine file`', false],
		['category.name: malware', true],
		['category.name: `Malware`', false],
		['severity: 3 and platform: LINUX', false],
		['severity: 3 or platform: LINUX', true],
		['severity: 3 AND NOT platform: LINUX', true],
		['not severity: 3', false],
		['not (severity: 1 or severity: 2)', true],
		// `and` binds closer than `or`.
		['severity: 3 or severity: 1 and platform: LINUX', true],
		['(severity: 3 or severity: 1) and platform: LINUX', false],
		['platform: LINUX and severity: 1 or severity: 3', true],
		['script.name: quarantine and category.name: malware response', true],
		['  ( severity : 3 ) ', true],
		// A no-break space, as the vendor's page has them, is not a space.
		['script.name: quarantine\u00a0file', true],
		['severity: 3\u00a0and\u00a0platform: WINDOWS', 'a value'],
		['', 'a field'],
		['severity', 'colon'],
		['severity:', 'a value'],
		['severity: high', 'number'],
		['severity: 3 and', 'a field'],
		['(severity: 3', 'closing bracket'],
		['severity: 3)', 'the end'],
		['severity: 3 platform: LINUX', 'a value'],
		['colour: red', 'unknown field "colour"'],
		['constructor: red', 'unknown field'],
		['platform > 3', 'cannot be compared'],
		['script.name: "open', 'a value'],
		['script.name: `open', 'a value'],
	] as Array<[string, boolean | string]>)('%s: %p', (query, expected) => {
		if (typeof expected === 'string') expect(() => compileQuery(query)).toThrow(expected);
		else expect(compileQuery(query)(job)).toBe(expected);
	});

	test('a search by query finds just those', async () => {
		const { scripts } = bench.simulator.qualys;
		const loose = await readAll(bench, { filter: 'script.name: Check BitLocker status' }, 1000);
		const exact = await readAll(bench, { filter: 'script.name: `Check BitLocker status`' }, 1000);
		const names = (rows: Row[]) =>
			new Set(rows.map(({ data }) => scripts.find(({ id }) => id === data.scriptId)?.name));
		expect(names(loose)).toEqual(
			new Set(['Check BitLocker status', 'Check BitLocker status (old)']),
		);
		expect(names(exact)).toEqual(new Set(['Check BitLocker status']));
	});
});

describe('limits', () => {
	test.each([
		['429', true],
		['429', false],
		['409', true],
	])('%s, header %p', async (kind, header) => {
		const other = await startBench();
		expect((await other.search({})).headers).not.toHaveProperty('x-ratelimit-limit');
		const limit = { kind, perWindow: 2, windowSeconds: 60, header };
		await other.send({ method: 'POST', url: '/simulator/qualys/limit', data: limit });
		expect((await other.search({})).headers).toMatchObject({
			'x-ratelimit-limit': '2',
			'x-ratelimit-remaining': '1',
		});
		const last = await other.search({});
		expect([last.status, last.headers['x-ratelimit-remaining']]).toEqual([200, '0']);
		other.clock.add(15_000);
		const refused = await other.search({});
		expect(refused.status).toBe(Number(kind));
		expect(refused.headers['x-ratelimit-towait-sec']).toBe(header ? '45' : undefined);
		other.clock.add(44_999);
		expect((await other.search({})).status).toBe(Number(kind));
		other.clock.add(1);
		expect((await other.search({})).status).toBe(200);
		await other.send({ method: 'DELETE', url: '/simulator/qualys/limit' });
		expect((await other.search({})).headers).not.toHaveProperty('x-ratelimit-limit');
	});
});

test('600 pages of 100 cost the simulator little', async () => {
	const { qualys, users } = bench.simulator;
	const started = performance.now();
	let searchAfter: unknown[] | undefined;
	for (let page = 0; page < 600; page++) {
		const body = { sort: '[{"updatedDateTime":"asc"},{"id":"asc"}]', pageSize: 100, searchAfter };
		const reply = qualys.search(body, users.admin, 2) as { body: { list: Row[] } };
		searchAfter = reply.body.list.at(-1)?.sortValues;
		expect(reply.body.list).toHaveLength(100);
	}
	expect(performance.now() - started).toBeLessThan(2000);
});
