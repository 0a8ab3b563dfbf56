/* Every call of the check, with every kind of deviation planted in its answer; and none of what is planted is shown. */
import { ask, otherSlash } from '../../tenant/ask';
import { checkTenant, type Report } from '../../tenant/check';
import { CORTEX } from '../../tenant/cortex';
import type { Known, Probe, Tenant, Vendor } from '../../tenant/probe';
import { QUALYS } from '../../tenant/qualys';
import { reportText } from '../../tenant/report';
import { compare, discretionOf, type Field, type Shape } from '../../tenant/shapes';
import type { FaultRule } from '../../simulator/server';
import { createWorld, type World } from '../support/world';
import { findingOf, IDS, lines, longQuery, tenantOf } from './support';

interface Subject {
	vendor: Vendor;
	tenant: Tenant;
	/** What its calls take. */
	known: Known;
	/** The reply to each call as the simulator gives it, by name. */
	replies: Map<string, unknown>;
}

let world: World;
const subjects = new Map<Vendor, Subject>();

beforeAll(async () => {
	world = await createWorld();
	const ids = { ...IDS, query: longQuery(world) };
	for (const vendor of [CORTEX, QUALYS]) {
		const tenant = await tenantOf(world, vendor);
		const made = await ask(vendor, tenant, ids);
		const replies = new Map(made.map(({ probe, reading }) => [probe.name, reading?.json]));
		const known = Object.assign({}, ...made.map((one) => one.known)) as Known;
		subjects.set(vendor, { vendor, tenant, known, replies });
	}
});
beforeEach(() => {
	// Import jobs are told of ten times a minute, and a token of Qualys lives for four hours.
	world.clock.advance(20_000);
	world.simulator.faults.clear();
	world.requests();
});
afterAll(() => world.close());

const CALLS = [CORTEX, QUALYS].flatMap((vendor) =>
	vendor.probes.map((probe) => ({ name: probe.name, vendor, probe })),
);
const WITH_EXPECTATION = CALLS.filter(({ probe }) => probe.expected !== null);

/** Checks one call, after another one: what ends a check at its first call is tested elsewhere. */
async function checkOne(vendor: Vendor, probe: Probe, tenant?: Tenant): Promise<Report> {
	const subject = subjects.get(vendor)!;
	const paths = [probe.path({}), '/get_endpoint'];
	const first = vendor.probes.find(({ takes, expected, path }) => {
		return !takes && expected && !paths.some((one) => path({}).endsWith(one));
	})!;
	const two = { ...vendor, probes: [{ ...first, slash: undefined }, probe] };
	return await checkTenant(two, tenant ?? subject.tenant, subject.known);
}

/** Has every answer to a call spoilt, or all but the first ones. */
function plant(vendor: Vendor, probe: Probe, rule: Omit<FaultRule, 'path'>): void {
	const path = probe.path(subjects.get(vendor)!.known);
	world.simulator.faults.add({ times: 99, ...rule, path });
}

type Json = Record<string, unknown>;

/** A field of a reply, with the object that holds it. */
interface Place {
	path: string;
	holder: Json;
	name: string;
	field: Field;
}

const isObject = (value: unknown): value is Json =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

const options = (shape: Shape): Shape[] =>
	typeof shape === 'object' && 'either' in shape ? shape.either.flatMap(options) : [shape];

/** All known fields that a reply holds, the first of each list. */
function places(shape: Shape, value: unknown, path = ''): Place[] {
	for (const one of options(shape)) {
		if (typeof one === 'string') continue;
		if ('list' in one && Array.isArray(value) && value.length > 0)
			return places(one.list, value[0], `${path}[]`);
		if ('map' in one && isObject(value) && Object.keys(value).length > 0)
			return places(one.map, Object.values(value)[0], `${path}.*`);
		if ('fields' in one && isObject(value)) {
			return Object.entries(one.fields).flatMap(([name, field]) => {
				if (!Object.hasOwn(value, name)) return [];
				const at = path ? `${path}.${name}` : name;
				const here = { path: at, holder: value, name, field };
				return [here, ...places(field.shape, value[name], at)];
			});
		}
	}
	return [];
}

const holdsWords = ({ field, holder, name }: Place) =>
	typeof holder[name] === 'string' &&
	options(field.shape).some((one) => typeof one === 'object' && 'words' in one);

/** A value that no field of that shape can hold; `undefined` where it can hold anything. */
function wrongFor(shape: Shape): unknown {
	const kinds = options(shape);
	if (kinds.includes('anything')) return undefined;
	return kinds.some((one) => typeof one === 'object' && 'list' in one) ? true : [[1]];
}

/** What is changed at a place of a reply, and the line that must tell of it. */
const CHANGES: Array<{
	kind: string;
	fits: (place: Place) => boolean;
	change: (place: Place) => void;
	told: (place: Place) => RegExp;
}> = [
	{
		kind: 'missing',
		fits: ({ field }) => field.is !== 'optional',
		change: ({ holder, name }) => delete holder[name],
		told: () => /is missing/,
	},
	{
		kind: 'of another type',
		fits: ({ field }) => wrongFor(field.shape) !== undefined,
		change: ({ holder, name, field }) => (holder[name] = wrongFor(field.shape)),
		told: () => /^holds (a list|true or false)/,
	},
	{
		kind: 'another word',
		fits: holdsWords,
		change: ({ holder, name }) => (holder[name] = 'HIBERNATING'),
		told: () => /holds a word that the nodes do not know: HIBERNATING/,
	},
];

/** The reply to a call, with two entries of each list. */
const shortReply = (vendor: Vendor, name: string): string =>
	JSON.stringify(subjects.get(vendor)!.replies.get(name), (_, value: unknown) =>
		Array.isArray(value) ? (value.slice(0, 2) as unknown[]) : value,
	);

const escaped = (text: string) => text.replace(/[.*[\]]/g, '\\$&');

describe.each(WITH_EXPECTATION)('$name: compared', ({ name, vendor, probe }) => {
	it.each(CHANGES)('tells of every field that is $kind', ({ fits, change, told }) => {
		const expected = probe.expected!;
		const text = shortReply(vendor, name);
		const discretion = discretionOf(new Set(), [expected]);
		const all = places(expected, JSON.parse(text)).filter(fits);
		for (const { path } of all) {
			const reply: unknown = JSON.parse(text);
			const place = places(expected, reply).find((one) => one.path === path)!;
			change(place);
			const found = compare(expected, reply, discretion).deviations;
			const own = found.filter((one) => one.path === path && told(place).test(one.says));
			expect([path, own.map(({ harmful }) => harmful)]).toEqual([
				path,
				[place.field.is === 'needed'],
			]);
		}
	});

	it('tells of a new field beside any other', () => {
		const expected = probe.expected!;
		const text = shortReply(vendor, name);
		const discretion = discretionOf(new Set(), [expected]);
		for (const { path } of places(expected, JSON.parse(text))) {
			const reply: unknown = JSON.parse(text);
			const { holder } = places(expected, reply).find((one) => one.path === path)!;
			holder.added_at = 7;
			const found = compare(expected, reply, discretion).deviations;
			const beside = new RegExp(`^${escaped(path).replace(/[^.]*$/, '')}added_at$`);
			expect(found.filter((one) => beside.test(one.path)).map(({ says }) => says)).toEqual([
				expect.stringMatching(/^is new: number/),
			]);
		}
	});
});

it('has something to compare in every call but those that give rows', () => {
	const empty = WITH_EXPECTATION.filter(
		({ name, vendor, probe }) =>
			places(probe.expected!, subjects.get(vendor)!.replies.get(name)).length === 0,
	);
	expect(empty.map(({ name }) => name)).toEqual([
		'Get Query Results, the stream of more than 1,000 rows',
	]);
});

describe.each(WITH_EXPECTATION)('$name: asked', ({ name, vendor, probe }) => {
	const found = async () => findingOf(await checkOne(vendor, probe), name);

	it('is answered as expected, or differs without harm', async () => {
		expect(['fits', 'differs']).toContain((await found()).verdict);
	});

	it('no JSON', async () => {
		plant(vendor, probe, { status: 200, body: '<html>Welcome</html>' });
		expect(lines(await found())[0]).toMatch(/^(harmful: )?the whole reply is no JSON$/);
	});

	it('nothing', async () => {
		plant(vendor, probe, { status: 200, body: ' ', contentType: 'application/json' });
		expect(lines(await found())[0]).toMatch(/^(harmful: )?the whole reply is empty$/);
	});

	it('a list in place of an object', async () => {
		plant(vendor, probe, { status: 200, body: [] });
		const { verdict } = await found();
		expect(verdict).toBe(probe.extra ? 'refused' : 'does not fit');
	});

	it('a server that failed', async () => {
		plant(vendor, probe, { status: 500, body: '<html>Error</html>' });
		expect(await found()).toMatchObject({
			status: 500,
			verdict: probe.extra ? 'refused' : 'does not fit',
			form: ['no JSON'],
		});
	});

	it('no right to ask', async () => {
		plant(vendor, probe, { status: 403, body: { message: 'no', reply: { err_code: 403 } } });
		expect(await found()).toMatchObject({
			status: 403,
			verdict: 'refused',
			readAs: 'forbidden',
			form: ['message: text', 'reply.err_code: number'],
		});
	});

	it('a connection that breaks', async () => {
		plant(vendor, probe, { breakConnection: 'middle', times: 1 });
		expect(await found()).toMatchObject({ verdict: 'not looked at', status: undefined });
	});

	it('one request too many', async () => {
		plant(vendor, probe, { status: 429, body: {}, headers: { 'Retry-After': '9' }, times: 1 });
		const one = await found();
		expect(one.status).toBe(200);
		expect(one.remarks).toContain('it was refused as one too many at first, and made again');
	});

	if (probe.slash) {
		it('another path than that with a slash, or without', async () => {
			plant(vendor, probe, { skip: 1, status: 418, body: {} });
			const one = await found();
			const path = otherSlash(probe.path(subjects.get(vendor)!.known));
			expect(world.requests().filter((sent) => sent.path === path)).toHaveLength(1);
			expect(one).toMatchObject({
				slash: 'differs',
				deviations: expect.arrayContaining([
					expect.objectContaining({
						says: expect.stringMatching(/^is answered with status 418 with/),
					}),
				]),
			});
		});
	}
});

/** What a tenant may hold anywhere. */
const PLANTED = [
	...['srv-payroll-07.corp.acme.example', 'SRVPAYROLL', 'payrollsrv', 'ACME\\jdoe', 'jdoe'],
	...['jane.doe@acme.example', '198.51.100.23', '2001:db8::beef', '00:16:3e:5e:6c:00'],
	...['0a1b2c3d4e5f60718293a4b5c6d7e8f9', '5d1f6b1c-7d0e-4d4c-9a52-5a4f7f1f9b3e', '80502913'],
	...['C:\\Users\\jdoe\\secret.txt', 'k3yThatIsLongAndSecret', 'Finance Department', 'Jane'],
	...['https://acme.example/files/jdoe', 'payroll_group', 'PAYROLL_HOSTS'],
];

/** A value with everything in it replaced by what is planted, and with more of it added, as values and as names. */
function planted(value: unknown, next: () => string): unknown {
	if (typeof value === 'string') return next();
	if (typeof value === 'number') return 80_502_913;
	if (Array.isArray(value)) return [...value.map((one) => planted(one, next)), next()];
	if (!isObject(value)) return value;
	const own = Object.entries(value).map(([name, one]) => [name, planted(one, next)] as const);
	const names = PLANTED.map((name) => [name, { [name]: { [name]: next() } }] as const);
	return Object.fromEntries([...own, ...names, ['added', { deep: { [next()]: next() } }]]);
}

/** A cycle through what is planted. */
function cycle(): () => string {
	let index = 0;
	return () => PLANTED[index++ % PLANTED.length];
}

describe.each(CALLS)('$name: shows nothing of', ({ vendor, probe }) => {
	const expectNothingOf = (report: Report) => {
		const text = reportText(report, '1').toLowerCase();
		const secrets = [...PLANTED, ...subjects.get(vendor)!.tenant.secrets, new URL(world.url).host];
		const shown = secrets.filter((one) => one.length > 2 && text.includes(one.toLowerCase()));
		expect(shown).toEqual([]);
		expect(text).toContain('(not shown)');
	};

	it('a reply that holds them everywhere', async () => {
		const transform = (json: unknown) =>
			probe.lines ? `${JSON.stringify(planted({}, cycle()))}\n${'{}'}` : planted(json, cycle());
		plant(vendor, probe, { transform });
		const report = await checkOne(vendor, probe);
		if (probe.lines) expect(reportText(report, '1')).not.toMatch(/payroll/i);
		else expectNothingOf(report);
	});

	it('a refusal that holds them everywhere', async () => {
		const words = planted({ error: {}, errors: [{ message: 'x' }] }, cycle());
		const headers = { 'X-RateLimit-SRVPAYROLL-jdoe': 'srv-payroll-07.corp.acme.example' };
		plant(vendor, probe, { status: 400, body: words, headers });
		expectNothingOf(await checkOne(vendor, probe));
	});
});

it('shows no host, name or id that any reply holds', async () => {
	const seen = new Set<string>();
	const collect = (value: unknown): void => {
		if (typeof value === 'object' && value !== null) Object.values(value).forEach(collect);
		else if (typeof value === 'string' || typeof value === 'number') seen.add(String(value));
	};
	let text = '';
	for (const { vendor, tenant, known, replies } of subjects.values()) {
		[...replies.values(), known].forEach(collect);
		text += reportText(await checkTenant(vendor, tenant, known), '1');
		world.clock.advance(60_000);
	}
	const words = new Set(text.split(/[^\p{L}\p{N}_.-]+/u));
	// Of what was seen, the vendor's words may be shown, and short texts are words of any report.
	const shown = [...seen].filter((one) => one.length > 3 && words.has(one));
	expect(shown).toEqual([]);
	expect(seen.size).toBeGreaterThan(1_000);
});
