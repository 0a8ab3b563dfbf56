import type { ICredentialDataDecryptedObject, INode } from 'n8n-workflow';
import { QualysGatewayApi } from '../../credentials/QualysGatewayApi.credentials';
import { QualysSearchScriptJobs } from '../../nodes/QualysSearchScriptJobs/QualysSearchScriptJobs.node';
import { createWorld, type World } from '../support/world';

let world: World;

beforeEach(async () => {
	world = await createWorld({ scriptJobs: 200 });
});

afterEach(async () => await world.close());

type Fields = ICredentialDataDecryptedObject;

const search = async (
	fields?: Fields,
	{ items = 1, ...parameters }: Record<string, unknown> = {},
) =>
	await world.run(
		new QualysSearchScriptJobs(),
		{ limit: 3, ...parameters } as INode['parameters'],
		{
			items: Array(items as number).fill({}),
			...(fields ? { credentials: { qualysGatewayApi: fields } } : {}),
		},
	);

const admin = (change: Fields = {}): Fields => ({ ...world.qualysUser('admin'), ...change });

const bearer = (bearerToken: string): Fields => ({
	platform: 'custom',
	gatewayUrl: world.url,
	signInWith: 'bearerToken',
	bearerToken,
});

const logins = () => world.requests().filter(({ path }) => path === '/auth');

const expire = (longLived?: boolean) => world.simulator.qualys.tokens.expireAll(longLived);

/** The token that n8n keeps in the credential. */
const tokenIn = ({ sessionToken }: Fields) => String(sessionToken).split(' ')[1];

describe('signing in with user and password', () => {
	it.each(['admin', 'finance', 'blind'])(
		'%s, whose password needs encoding, signs in once for all executions',
		async (name) => {
			const fields = world.qualysUser(name);
			await search(fields);
			await search(fields);
			expect((await search(fields)).error).toBeUndefined();
			expect(logins()).toHaveLength(1);
			expect(tokenIn(fields)).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
			expect(JSON.stringify(fields.sessionToken)).not.toContain(String(fields.password));
		},
	);

	it('50 items that have no token yet cost one login', async () => {
		const { json } = await search(undefined, { items: 50 });
		expect(json).toHaveLength(150);
		expect(logins()).toHaveLength(1);
	});

	it('50 items that meet an expired token at once cost one login', async () => {
		await search();
		for (const login of [1, 2]) {
			world.clock.advance(3_600_000);
			expire();
			world.requests();
			const { json, error } = await search(undefined, { items: 50 });
			expect(error).toBeUndefined();
			expect(json).toHaveLength(150);
			const requests = world.requests();
			expect(requests.filter(({ path }) => path === '/auth')).toHaveLength(1);
			// Those that were under way, and no other, met it.
			expect(requests.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(4);
			expect(world.simulator.qualys.logins.simul_ad1.granted).toBe(1 + login);
		}
	});

	it('executions side by side share a login', async () => {
		const fields = admin();
		await search(fields);
		expire();
		world.requests();
		const results = await Promise.all(
			[1, 2, 3].map(async () => await search(fields, { items: 5 })),
		);
		expect(results.map(({ json }) => json.length)).toEqual([15, 15, 15]);
		expect(logins()).toHaveLength(1);
	});

	it('a token lives four hours and is renewed unnoticed', async () => {
		const fields = admin();
		await search(fields);
		const first = tokenIn(fields);
		world.simulator.time.advance(4 * 3600 - 1);
		await search(fields);
		expect(logins()).toHaveLength(1);
		world.simulator.time.advance(2);
		expect((await search(fields)).json).toHaveLength(3);
		expect(logins()).toHaveLength(1);
		expect(tokenIn(fields)).not.toBe(first);
	});

	it('an older token of this process does not stand in for one that another process has fetched', async () => {
		const fields = admin();
		await search(fields);
		expire();
		world.clock.advance(3_600_000);
		const [owner] = String(fields.sessionToken).split(' ');
		fields.sessionToken = `${owner} ${world.simulator.qualys.tokens.mint('simul_ad1')}`;
		expect((await search(fields)).json).toHaveLength(3);
		expect(logins()).toHaveLength(1);
		expire();
		expect((await search(fields)).json).toHaveLength(3);
		expect(logins()).toHaveLength(1);
	});

	const refused = {
		path: '/sm',
		status: 401,
		body: { status: 401, error: 'Unauthorized', message: 'JWT expired' },
	};

	it('a token that is refused twice is an error, not an endless login', async () => {
		world.simulator.faults.add({ ...refused, times: 100 });
		const { error } = await search();
		expect(error?.message).toBe('Qualys refused Search Script Jobs: JWT expired');
		expect(error?.description).toContain('a new token was fetched and refused as well');
		expect(world.requests().map(({ path }) => path)).toEqual([
			'/auth',
			'/sm/v2/jobs/search',
			'/auth',
			'/sm/v2/jobs/search',
		]);
	});

	it('however many requests are refused whatever their token, two logins a minute are enough', async () => {
		world.simulator.faults.add({ ...refused, times: 10_000 });
		const fields = admin();
		for (const minute of ['first', 'second']) {
			await search(fields, { items: 50 });
			const { error } = await search(fields, { items: 50 });
			expect([minute, error?.message]).toEqual([
				minute,
				'Qualys refused Search Script Jobs: JWT expired',
			]);
			expect(logins()).toHaveLength(2);
			world.clock.advance(60_000);
		}
		world.simulator.faults.clear();
		expect((await search(fields)).json).toHaveLength(3);
	});

	it('a token that is revoked moments after its login is renewed', async () => {
		const fields = admin();
		await search(fields);
		expire();
		expect((await search(fields)).json).toHaveLength(3);
		expect(logins()).toHaveLength(2);
		world.clock.advance(60_000);
		expire();
		expect((await search(fields)).json).toHaveLength(3);
		expect(logins()).toHaveLength(1);
	});

	it('one that replaced another is for those who still hold that other one, however late they come', async () => {
		const fields = admin();
		await search(fields);
		const late = { ...fields };
		expire();
		await search(fields);
		logins();
		world.clock.advance(3_600_000);
		expect((await search(late)).json).toHaveLength(3);
		expect(logins()).toEqual([]);
		expect(tokenIn(late)).toBe(tokenIn(fields));
	});

	it('one that another process has fetched is not replaced by an older one of this process', async () => {
		const fields = admin();
		await search(fields);
		expire();
		await search(fields);
		const older = tokenIn(fields);
		const [owner] = String(fields.sessionToken).split(' ');
		const theirs = world.simulator.qualys.tokens.mint('simul_ad1');
		fields.sessionToken = `${owner} ${theirs}`;
		logins();
		// It is refused at once, while the older one may still be good.
		world.simulator.faults.add(refused);
		expect((await search(fields)).json).toHaveLength(3);
		expect(logins()).toHaveLength(1);
		expect([older, theirs]).not.toContain(tokenIn(fields));
	});
});

describe('a login that is refused', () => {
	const WRONG = 'Wrong-Pass&word+1';

	it('is sent once for 50 items, and never again by later executions', async () => {
		const fields = admin({ password: WRONG });
		for (const execution of ['first', 'second', 'third']) {
			const { error, stored } = await search(fields, { items: 50 });
			expect(error?.message).toBe(
				'Qualys refused the login: Authentication Failure: Invalid username or password',
			);
			expect(error?.description).toContain(
				'Check Username and Password of the credential. This login is not repeated automatically, ' +
					'because Qualys locks accounts after a few refused logins. Correct the credential. ' +
					'If it is correct and the account had to be unlocked in Qualys, test the credential ' +
					'again; in queue mode, also restart the workers.',
			);
			expect(error?.httpCode).toBe('401');
			for (const text of [WRONG, encodeURIComponent(WRONG), 'Wrong-Pass']) {
				expect(stored).not.toContain(text);
			}
			const paths = world.requests().map(({ path }) => path);
			expect(paths).toEqual(execution === 'first' ? ['/auth'] : []);
		}
	});

	it('leaves the right password alone, and a corrected one is tried at once', async () => {
		const fields = admin({ password: WRONG });
		await search(fields);
		expect((await search(admin())).json).toHaveLength(3);
		Object.assign(fields, { password: admin().password });
		expect((await search(fields)).json).toHaveLength(3);
	});

	it('with Continue, every item says so', async () => {
		const { json } = await world.run(
			new QualysSearchScriptJobs(),
			{ limit: 1 },
			{
				credentials: { qualysGatewayApi: admin({ password: WRONG }) },
				items: Array(10).fill({}),
				onError: 'continueRegularOutput',
			},
		);
		expect(json).toHaveLength(10);
		for (const { error } of json) expect(error).toContain('Qualys refused the login');
		expect(logins()).toHaveLength(1);
	});

	it.each([
		['an outage', { status: 503, times: 3 }],
		['a broken connection', { breakConnection: 'before' as const, times: 3 }],
		['too many requests', { status: 429, headers: { 'x-ratelimit-towait-sec': '20' } }],
	])('is no refusal where it was %s: it is sent again', async (_name, rule) => {
		world.simulator.faults.add({ path: '/auth', ...rule });
		const { json, error } = await search();
		expect(error).toBeUndefined();
		expect(json).toHaveLength(3);
	});

	it.each([
		['HTML', { status: 200, body: '<html><title>Portal</title></html>' }, 'without a token'],
		['nothing', { status: 201, body: ' \n' }, 'without a token'],
		['null', { status: 201, body: 'null' }, 'without a token'],
		['a token in quotes', { status: 201, body: '"header.payload.signature"' }, 'without a token'],
		['more than a header takes', { status: 201, body: 'x'.repeat(20_000) }, 'without a token'],
		['a missing page', { status: 404, body: '<h1>Not Found</h1>' }, 'status 404 (Not Found)'],
		['a redirect', { status: 302, headers: { location: 'https://example.com' } }, 'not followed'],
		['a page that refuses', { status: 403, body: '<h1>Blocked</h1>' }, 'status 403 (Blocked)'],
		[
			'a service that starts',
			{ status: 200, body: { message: 'Service is starting' } },
			'starting',
		],
		['a gateway that refuses', { status: 403, body: { message: 'Forbidden' } }, 'Forbidden'],
		['no such service', { status: 404, body: { message: 'No route' } }, 'No route'],
		['a fault of theirs', { status: 500, body: { message: 'Oops' } }, 'Oops'],
	])('answers that hold no token: %s', async (_name, rule, words) => {
		world.simulator.faults.add({ path: '/auth', ...rule });
		const { error } = await search();
		expect(error?.message).toContain(words);
		expect(error?.description).not.toContain('not repeated automatically');
		expect(world.requests().map(({ path }) => path)).toEqual(['/auth']);
		world.clock.advance(60_000);
		expect((await search()).json).toHaveLength(3);
	});

	it('one that fails for another reason is tried once a minute, however many ask', async () => {
		const fields = admin();
		world.simulator.faults.add({
			path: '/auth',
			times: 100,
			status: 403,
			body: { message: 'Forbidden' },
		});
		for (const minute of ['first', 'second', 'third']) {
			const { error } = await search(fields, { items: 50 });
			expect(error?.message).toBe('Qualys refused the login: Forbidden');
			world.clock.advance(59_000);
			const again = await search(fields, { items: 50 });
			expect(again.error?.message).toBe(error?.message);
			expect(again.error?.httpCode).toBe('403');
			expect(again.error?.description).toContain('lacks API access');
			expect(again.error?.description).toContain('less than a minute ago');
			expect([minute, logins().length]).toEqual([minute, 1]);
			world.clock.advance(1_000);
		}
		world.simulator.faults.clear();
		expect((await search(fields)).json).toHaveLength(3);
	});

	it('one that failed for another reason is tried where the clock of the machine was set back', async () => {
		const fields = admin();
		world.simulator.faults.add({ path: '/auth', status: 403 });
		await search(fields);
		world.clock.advance(-3_600_000);
		expect((await search(fields)).json).toHaveLength(3);
	});

	it('one that failed for another reason is no reason to leave a token alone that works', async () => {
		const fields = admin();
		await search(fields);
		const others = { ...fields, sessionToken: '' };
		const { status, body } = { status: 403, body: { message: 'Forbidden' } };
		world.simulator.faults.add({ path: '/auth', status, body });
		expire();
		expect((await search({ ...fields })).error?.message).toContain('Forbidden');
		const [owner] = String(fields.sessionToken).split(' ');
		others.sessionToken = `${owner} ${world.simulator.qualys.tokens.mint('simul_ad1')}`;
		expect((await search(others)).json).toHaveLength(3);
	});

	it.each([
		['200 with other words', { status: 200, body: { message: 'Change your password' } }],
		[
			'200 with exceptions',
			{ status: 200, body: { authentication_exceptions: [['Authentication Failure: locked']] } },
		],
		['400', { status: 400, body: { message: 'Bad credentials' } }],
		['403', { status: 403, body: { message: 'The account is locked' } }],
		['422', { status: 422, body: { error: 'Wrong username' } }],
	])('in the words of Qualys, with %s: 50 items cost one login', async (_name, rule) => {
		world.simulator.faults.add({ path: '/auth', times: 100, ...rule });
		const { error } = await search(undefined, { items: 50 });
		expect(error?.message).toContain('Qualys refused the login: ');
		expect(error?.description).toContain('This login is not repeated automatically');
		expect(error?.description).toContain('test the credential again');
		expect(logins()).toHaveLength(1);
		const again = await search(undefined, { items: 50 });
		expect(again.error?.message).toBe(error?.message);
		expect(logins()).toEqual([]);
	});

	it('takes a token on any status of success, with blanks around it', async () => {
		const token = world.simulator.qualys.bearerToken;
		world.simulator.faults.add({ path: '/auth', status: 200, body: `\n${token}\r\n` });
		expect((await search()).json).toHaveLength(3);
	});
});

describe('a token is for one login at one gateway', () => {
	it('a changed password: the old token is not used', async () => {
		const fields = admin();
		await search(fields);
		fields.password = 'changed but wrong';
		expect((await search(fields)).error?.message).toContain('Qualys refused the login');
		expect(world.requests().map(({ path }) => path)).toEqual([
			'/auth',
			'/sm/v2/jobs/search',
			'/auth',
		]);
	});

	it('a changed user: sees what that user may see', async () => {
		const fields = admin();
		expect((await search(fields)).json).toHaveLength(3);
		const { username, password } = world.qualysUser('blind');
		Object.assign(fields, { username, password });
		expect((await search(fields)).json).toEqual([]);
		expect(logins()).toHaveLength(2);
	});

	it('a changed gateway: the other one gets a login of its own', async () => {
		const fields = admin();
		await search(fields);
		const old = tokenIn(fields);
		const other = await createWorld({ scriptJobs: 20 });
		fields.gatewayUrl = other.url;
		expect((await search(fields)).json).toHaveLength(3);
		expect(other.requests().map(({ path }) => path)).toEqual(['/auth', '/sm/v2/jobs/search']);
		expect(other.simulator.qualys.logins.simul_ad1.granted).toBe(1);
		await other.close();
		expect(world.requests()).toHaveLength(2);
		expect(old).toBeTruthy();
	});

	it('a pasted token is used in place of one that was fetched, and the reverse', async () => {
		const fields = admin();
		await search(fields);
		Object.assign(fields, { signInWith: 'bearerToken', bearerToken: 'not-a-token' });
		expect((await search(fields)).error?.message).toContain('JWT expired');
		fields.signInWith = 'password';
		expect((await search(fields)).json).toHaveLength(3);
		expect(logins()).toHaveLength(1);
	});

	it('goes to no other host', async () => {
		const node = new QualysSearchScriptJobs();
		const elsewhere = world.url.replace('127.0.0.1', 'localhost');
		node.description.requestDefaults = { baseURL: elsewhere };
		for (const fields of [admin(), bearer(world.simulator.qualys.bearerToken)]) {
			const { error } = await world.run(
				node,
				{ limit: 1 },
				{ credentials: { qualysGatewayApi: fields } },
			);
			expect(error?.message).toContain('is not sent to localhost');
		}
		expect(world.requests().filter(({ path }) => path !== '/auth')).toEqual([]);
	});

	it.each(['https://evil.example/x', '//evil.example/x', 'http://127.0.0.1:1/x'])(
		'is not signed for %s',
		async (url) => {
			const sign = new QualysGatewayApi().authenticate(bearer('token'), { url });
			await expect(sign).rejects.toThrow('and is not sent to');
		},
	);
});

describe('a bearer token', () => {
	it.each([
		['as it is', (token: string) => token],
		['with the word', (token: string) => `Bearer ${token}`],
		['with the word in small letters', (token: string) => `bearer  ${token}`],
		['as the whole header', (token: string) => `Authorization: Bearer ${token}`],
		['with what pasting leaves', (token: string) => `\u00a0\nBearer\u00a0${token}\u200b \n`],
	])('%s', async (_name, form) => {
		const fields = bearer(form(world.simulator.qualys.bearerToken));
		const { json, error } = await search(fields);
		expect(error).toBeUndefined();
		expect(json).toHaveLength(3);
		expect(logins()).toEqual([]);
	});

	it('that has expired: an error that says what to do, and no login', async () => {
		const { bearerToken } = world.simulator.qualys;
		expire(true);
		const { error, stored } = await search(bearer(bearerToken));
		expect(error?.message).toBe('Qualys refused Search Script Jobs: JWT expired');
		expect(error?.description).toContain('paste a new token into the credential');
		expect(stored).not.toContain(bearerToken);
		expect(logins()).toEqual([]);
	});

	it.each([
		['nothing', '', 'is empty'],
		['blanks', ' \u00a0', 'is empty'],
		['the word alone', 'Bearer ', 'is empty'],
		['two words', 'secret token', 'holds more than a token'],
		['a line break', 'secret\ntoken', 'holds more than a token'],
		['a shortened one', 'secret…token', 'holds more than a token'],
	])('%s is refused', async (_name, bearerToken, words) => {
		const { error } = await search(bearer(bearerToken));
		expect(error?.message).toContain(`Bearer Token of the Qualys Gateway API credential ${words}`);
		expect(`${error?.message} ${error?.description}`).not.toContain('secret');
		expect(world.requests()).toEqual([]);
	});
});

describe('credentials that cannot be right are refused before anything is sent', () => {
	it.each([
		['no gateway', { gatewayUrl: '' }, 'is empty', 'gateway.qg1'],
		['no gateway at all', { gatewayUrl: undefined }, 'is empty', 'gateway.qg1'],
		['a gateway that is none', { gatewayUrl: '?' }, 'which is not an address', 'gateway.qg1'],
		[
			'qualysapi',
			{ gatewayUrl: 'https://qualysapi.qg2.apps.qualys.com' },
			'which serves another API',
			'gateway.qg2.apps.qualys.com',
		],
		[
			'qualysguard of the oldest platform',
			{ gatewayUrl: 'qualysguard.qualys.com/fo/' },
			'which serves another API',
			'gateway.qg1.apps.qualys.com',
		],
		[
			'http',
			{ gatewayUrl: 'http://gateway.qg1.apps.qualys.com' },
			'readable for everybody',
			'Use https://gateway.qg1.apps.qualys.com',
		],
		['an unknown platform', { platform: 'US9' }, 'holds "US9"', 'US4'],
		[
			'no user',
			{ username: ' ' },
			'Username of the Qualys Gateway API credential is empty',
			'user',
		],
		['no password', { password: '' }, 'Password of the Qualys Gateway API credential is empty', ''],
		['no way to sign in', { signInWith: 'x' }, 'Sign In With', 'password, bearerToken'],
	])('%s', async (_name, change, words, hint) => {
		const { error } = await search(admin(change as Fields));
		expect(error?.message).toContain(words);
		expect(error?.description).toContain(hint);
		expect(world.requests()).toEqual([]);
	});

	it.each(['http://localhost', 'http://127.0.0.1'])('http is fine for %s', async (host) => {
		const gatewayUrl = world.url.replace('http://127.0.0.1', host);
		expect((await search(admin({ gatewayUrl }))).json).toHaveLength(3);
	});
});

describe('secrets', () => {
	it('an answer that repeats them does not bring them into the error', async () => {
		const fields = admin();
		await search(fields);
		const secrets = [String(fields.password), tokenIn(fields)];
		world.simulator.faults.add({ path: '/sm', status: 400, body: { message: secrets.join(' ') } });
		const { error, stored } = await search(fields);
		expect(error?.message).toBe('Qualys refused Search Script Jobs: [hidden] [hidden]');
		for (const secret of secrets) expect(stored).not.toContain(secret);
	});

	it('an answer that repeats a password with blanks around it, as it is or without them', async () => {
		const password = '  Blank-Pass&word+1\u00a0';
		world.simulator.users.admin.password = password;
		const fields = admin({ password });
		expect((await search(fields)).error).toBeUndefined();
		const message = `${password}|${password.trim()}`;
		world.simulator.faults.add({ path: '/sm', status: 400, body: { message } });
		const { error, stored } = await search(fields);
		expect(error?.message).toMatch(/: \[hidden\]\s?\|\[hidden\]$/);
		expect(stored).not.toContain('Blank-Pass');
	});

	it.each([
		['/sm', (body: string) => ({ status: 500, body })],
		['/sm', (body: string) => ({ status: 403, body: `<title>${body}</title>` })],
		['/sm', (body: string) => ({ status: 400, body: { message: body } })],
		['/auth', (body: string) => ({ status: 500, body })],
	])('a text of %s that repeats a password where it is cut', async (path, rule) => {
		const fields = admin();
		const password = String(fields.password);
		for (const place of [185, 192, 1_980]) {
			world.simulator.faults.add({
				path,
				...rule(`${'x '.repeat(place).slice(0, place)}${password}`),
			});
			const { error, stored } = await search({ ...fields });
			expect(error?.message).toContain('x x x');
			expect(stored).not.toContain(password.slice(0, 6));
			world.clock.advance(60_000);
		}
	});

	it.each([
		['/sm', 'before'],
		['/sm', 'middle'],
		['/auth', 'before'],
		['/auth', 'middle'],
	] as const)(
		'nothing that n8n stores holds any of them (%s: connection broken %s)',
		async (path, breakConnection) => {
			const fields = admin();
			world.simulator.faults.add({ path, breakConnection, times: 9 });
			const { error, stored } = await search(fields);
			expect(error?.message).toContain('The connection broke');
			for (const secret of [fields.password, encodeURIComponent(String(fields.password))]) {
				expect(stored).not.toContain(secret);
			}
			expect(stored.toLowerCase()).not.toContain('authorization');
			expect(stored).not.toMatch(/eyJ/);
		},
	);

	it('an execution that succeeds holds none of them either', async () => {
		const fields = admin();
		const { stored } = await search(fields);
		expect(stored).not.toContain(String(fields.password));
		expect(stored).not.toContain(tokenIn(fields));
		expect(tokenIn(fields)).toMatch(/^eyJ/);
	});
});
