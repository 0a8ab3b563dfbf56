import { consequencesOf } from '../../nodes/shared/transport/consequences';
import fc from 'fast-check';
import { UserError } from 'n8n-workflow';
import { Cancelled, Fault, InputError, sentences } from '../../nodes/shared/errors';
import { asksToWait, LONGEST_WAIT_MS, retryAfter } from '../../nodes/shared/transport/retryAfter';
import { attempts, BRIEF, throttleBackoff } from '../../nodes/shared/transport/attempts';
import { clock, jittered, orCancelled, pause } from '../../nodes/shared/transport/clock';
import { connectionFault } from '../../nodes/shared/transport/connection';
import { OPERATIONS } from '../../nodes/shared/cortex/operations';
import { laneToTenant } from '../../nodes/shared/cortex/send';
import { laneToGateway } from '../../nodes/shared/qualys/send';
import { Lane, laneTo } from '../../nodes/shared/transport/lane';
import { toNodeError } from '../../nodes/shared/transport/nodeErrors';
import { Run } from '../../nodes/shared/transport/run';
import { showable, withoutSecrets } from '../../nodes/shared/transport/secrets';
import { FakeClock } from '../support/fakeClock';

const system = { ...clock };
let fake: FakeClock;

beforeEach(() => {
	fake = new FakeClock();
	Object.assign(clock, { now: fake.now, chance: fake.chance, sleep: fake.sleep });
});

afterAll(() => void Object.assign(clock, system));

describe('retryAfter', () => {
	const now = Date.parse('2026-03-01T12:00:00Z');

	it.each([
		['5', 5_000],
		[5, 5_000],
		[' 5 ', 5_000],
		['0.5', undefined],
		['-3', undefined],
		['+3', undefined],
		['0x10', undefined],
		['1e3', undefined],
		['7200', LONGEST_WAIT_MS],
		['3600', LONGEST_WAIT_MS],
		[String(now / 1000 + 30), 30_000],
		[String(now / 1000 - 30), 0],
		['Sun, 01 Mar 2026 12:00:08 GMT', 8_000],
		['Sunday, 01-Mar-26 12:00:08 GMT', 8_000],
		['Sun Mar  1 12:00:08 2026', 8_000],
		['Sunday, 01-Mar-94 12:00:08 GMT', 0],
		['Sun, 01 Mar 2026 12:00:08 CET', undefined],
		['Sun, 01 Mar 2026 12:00:08', undefined],
		['Sun, 31 Feb 2026 12:00:08 GMT', undefined],
		['Sun, 01 Mar 2026 25:00:08 GMT', undefined],
		['2026-03-01T12:00:08Z', undefined],
		['', undefined],
		['soon', undefined],
		[undefined, undefined],
		[['5'], undefined],
		[now + 13_000, 13_000],
		['Infinity', undefined],
	])('%p is %p', (header, wait) => expect(retryAfter(header, now)).toBe(wait));

	it('never asks for more than the longest wait', () => {
		fc.assert(
			fc.property(fc.anything(), (header) => {
				const wait = retryAfter(header, now);
				if (wait === undefined) return;
				expect(wait).toBeGreaterThanOrEqual(0);
				expect(wait).toBeLessThanOrEqual(LONGEST_WAIT_MS);
			}),
		);
	});

	it('a vendor of whom no limit is known may ask for longer', () => {
		expect(asksToWait('600', now)).toBe(600_000);
		expect(asksToWait('7200', now)).toBe(7_200_000);
		expect(asksToWait(new Date(now + 600_000).toUTCString(), now)).toBe(600_000);
	});

	it('without a header the waits grow to half a minute', () => {
		expect([1, 2, 3, 4, 5, 6, 7].map(throttleBackoff)).toEqual([
			1000, 2000, 4000, 8000, 16000, 30000, 30000,
		]);
	});
});

const nothing = async () => {};

describe('Lane', () => {
	const pace = { spacing: 1, atOnce: 1, perSecond: Infinity };

	it('goes on where the clock of the machine was set back', async () => {
		const lane = new Lane({ spacing: 100, atOnce: Infinity, perSecond: 1 });
		await lane.pass(async () => {});
		fake.advance(-3_600_000);
		const before = fake.now();
		await lane.pass(async () => {});
		expect(fake.now() - before).toBeLessThan(1_000);
	});

	it('holds, and counts that, also after the clock of the machine was set back', async () => {
		const lane = new Lane({ spacing: 0, atOnce: Infinity, perSecond: Infinity });
		lane.hold(5_000);
		await lane.pass(nothing);
		lane.hold(1_000);
		fake.advance(-3_600_000);
		await lane.pass(nothing);
		const [before, held] = [fake.now(), lane.held];
		lane.hold(2_000);
		await lane.pass(nothing);
		expect([fake.now() - before, lane.held - held]).toEqual([2_000, 2_000]);
	});

	it('lets no more pass at once than it should', async () => {
		const lane = new Lane({ spacing: 0, atOnce: 2, perSecond: Infinity });
		let underWay = 0;
		let most = 0;
		await Promise.all(
			Array.from({ length: 9 }, async (_, index) => {
				await lane
					.pass(async () => {
						underWay += 1;
						most = Math.max(most, underWay);
						await fake.sleep(10 * (index % 3));
						underWay -= 1;
						if (index % 2) throw new Error('a failed request frees its place too');
					})
					.catch(() => {});
			}),
		);
		expect(most).toBe(2);
		expect(underWay).toBe(0);
	});

	it('lets callers pass in order, with the spacing in between', async () => {
		const lane = new Lane({ spacing: 100, atOnce: Infinity, perSecond: Infinity });
		const passed: Array<[number, number]> = [];
		const start = fake.now();
		await Promise.all(
			[0, 1, 2, 3].map(async (caller) => {
				await lane.pass(nothing);
				passed.push([caller, fake.now() - start]);
			}),
		);
		expect(passed).toEqual([
			[0, 0],
			[1, 100],
			[2, 200],
			[3, 300],
		]);
	});

	it('holds those back too that stood in the queue before', async () => {
		const lane = new Lane({ spacing: 100, atOnce: Infinity, perSecond: Infinity });
		const start = fake.now();
		const turns = [0, 1, 2].map(async () => {
			await lane.pass(nothing);
			return fake.now() - start;
		});
		await turns[0];
		lane.hold(5_000);
		expect(await Promise.all(turns)).toEqual([0, 5_000, 5_100]);
	});

	it('no second sees more arrivals than it may, however long requests take to arrive', async () => {
		const delays = fc.record({
			arrives: fc.integer({ min: 0, max: 1_000 }),
			answered: fc.integer({ min: 0, max: 2_000 }),
		});
		await fc.assert(
			fc.asyncProperty(
				fc.array(delays, { minLength: 12, maxLength: 60 }),
				fc.integer({ min: 0, max: 110 }),
				async (requests, spacing) => {
					const lane = new Lane({ spacing, atOnce: Infinity, perSecond: 10 });
					const arrivals: number[] = [];
					await Promise.all(
						requests.map(async ({ arrives, answered }) => {
							await lane.pass(async () => {
								await fake.sleep(arrives);
								arrivals.push(fake.now());
								await fake.sleep(answered);
							});
						}),
					);
					expect(arrivals).toHaveLength(requests.length);
					arrivals.sort((a, b) => a - b);
					arrivals.forEach((at, index) => {
						if (index >= 10) expect(at - arrivals[index - 10]).toBeGreaterThanOrEqual(1_000);
					});
				},
			),
		);
	});

	it('gives up the place of an execution that was stopped', async () => {
		const lane = new Lane({ spacing: 1_000, atOnce: Infinity, perSecond: Infinity });
		const stop = new AbortController();
		const start = fake.now();
		const turns = [
			lane.pass(nothing),
			lane.pass(nothing, stop.signal).catch((error: unknown) => error),
			lane.pass(nothing, stop.signal).catch((error: unknown) => error),
			lane.pass(nothing).then(() => fake.now() - start),
		];
		stop.abort();
		expect(await turns[1]).toBeInstanceOf(Cancelled);
		expect(await turns[2]).toBeInstanceOf(Cancelled);
		expect(await turns[3]).toBe(1_000);
	});

	it('is the same for every spelling of a host', () => {
		expect(laneTo('https://Api-A.example', pace)).toBe(laneTo('https://api-a.example', pace));
		expect(laneTo('https://api-a.example', pace)).not.toBe(laneTo('https://api-b.example', pace));
	});

	it('is not the same for both vendors behind one address', () => {
		const address = 'https://proxy.example';
		expect(laneToGateway(address)).toBe(laneToGateway(address));
		expect(laneToGateway(address)).not.toBe(laneToTenant(address, OPERATIONS.scanEndpoints));
	});
});

describe('attempts', () => {
	const busy = () => new Fault('busy', { meaning: 'throttled' });
	/** An attempt that is refused so often, and then gives how often it was made. */
	const refusedTimes = (times: number) => {
		let made = 0;
		return async () => {
			made += 1;
			if (made <= times) throw busy();
			return made;
		};
	};

	it('time in a queue that moves is no time of a tenant that refuses', async () => {
		const lane = new Lane({ spacing: 1_000, atOnce: Infinity, perSecond: Infinity });
		const options = { lane, startsWork: true };
		const result = attempts(refusedTimes(3), options);
		// Each of the repetitions comes after 1,000 others: that alone takes more than 10 minutes.
		const crowd = async () => {
			for (let round = 0; round < 3; round += 1) {
				await Promise.all(Array.from({ length: 1_000 }, async () => await lane.pass(nothing)));
			}
		};
		await Promise.allSettled([result, crowd()]);
		expect(await result).toBe(4);
	});

	it('gives up a tenant that refuses for ten minutes, for all that wait', async () => {
		const lane = new Lane({ spacing: 100, atOnce: Infinity, perSecond: Infinity });
		const start = fake.now();
		const ends = Array.from({ length: 20 }, async () => {
			await expect(attempts(refusedTimes(Infinity), { lane, startsWork: true })).rejects.toThrow(
				'busy',
			);
			return fake.now() - start;
		});
		for (const end of await Promise.all(ends)) expect(end).toBeLessThan(15 * 60_000);
	});
});

describe('pause', () => {
	it('ends in time though the clock of the machine was set back meanwhile', async () => {
		const { sleep } = clock;
		let slept = 0;
		clock.sleep = async (milliseconds) => {
			slept += milliseconds;
			if (slept === 2_000) fake.advance(-3_600_000);
			await sleep(milliseconds);
		};
		await pause(10_000);
		expect(slept).toBe(10_000);
	});

	it('ends as soon as the machine has woken up late', async () => {
		const { sleep } = clock;
		let slept = 0;
		clock.sleep = async (milliseconds) => {
			slept += milliseconds;
			await sleep(milliseconds);
			fake.advance(3_600_000);
		};
		await pause(10_000);
		expect(slept).toBe(1_000);
	});

	it('ends at once when the execution is stopped', async () => {
		const stop = new AbortController();
		clock.sleep = async () => await new Promise(() => {});
		const pausing = pause(60_000, stop.signal);
		stop.abort();
		await expect(pausing).rejects.toBeInstanceOf(Cancelled);
		await expect(pause(1, stop.signal)).rejects.toBeInstanceOf(Cancelled);
	});

	it('needs one listener, however many wait', async () => {
		const stop = new AbortController();
		const add = jest.spyOn(stop.signal, 'addEventListener');
		const never = new Promise<never>(() => {});
		const waits = Array.from({ length: 100 }, async () => await orCancelled(never, stop.signal));
		expect(await orCancelled(Promise.resolve(7), stop.signal)).toBe(7);
		expect(add).toHaveBeenCalledTimes(1);
		stop.abort();
		const results = await Promise.allSettled(waits);
		expect(results.every(({ status }) => status === 'rejected')).toBe(true);
	});
});

describe('jitter', () => {
	afterEach(() => Object.assign(clock, { chance: fake.chance }));

	it.each([
		[0, 1_000, 1_000],
		[0.5, 1_000, 1_050],
		[1, 1_000, 1_100],
		[1, 65_000, 71_500],
		[1, 3_600_000, 3_630_000],
		[1, 0, 0],
	])('by the chance %d makes %d ms to %d', (chance, wait, expected) => {
		Object.assign(clock, { chance: () => chance });
		expect(jittered(wait)).toBe(expected);
	});

	it('keeps processes that were refused together from coming back together', async () => {
		const back: number[] = [];
		for (const chance of [0, 0.5, 1]) {
			const lane = new Lane({ spacing: 1, atOnce: 1, perSecond: Infinity });
			const started = fake.now();
			let refused = false;
			Object.assign(clock, { chance: () => chance });
			const once = async () => {
				if (refused) return;
				refused = true;
				throw new Fault('busy', { meaning: 'throttled', retryAfter: 10_000 });
			};
			await attempts(once, { lane, startsWork: true });
			back.push(fake.now() - started);
		}
		expect(new Set(back).size).toBe(back.length);
		expect(Math.min(...back)).toBeGreaterThanOrEqual(10_000);
		expect(Math.max(...back)).toBeLessThanOrEqual(11_001);
	});

	it('is part of the waits before a read is repeated', async () => {
		Object.assign(clock, { chance: () => 1 });
		const started = fake.now();
		const lane = new Lane({ spacing: 0, atOnce: 1, perSecond: Infinity });
		const broken = async () => {
			throw new Fault('broken', { meaning: 'interrupted' });
		};
		await expect(attempts(broken, { lane, startsWork: false })).rejects.toThrow('broken');
		expect(fake.now() - started).toBe(7_700);
	});

	it.each([0, 0.5, 1])(
		'takes nothing from the patience of a poll: by the chance %d',
		async (chance) => {
			Object.assign(clock, { chance: () => chance });
			const lane = new Lane({ spacing: 1, atOnce: 1, perSecond: Infinity });
			let sent = 0;
			const busy = async () => {
				sent += 1;
				throw new Fault('busy', { meaning: 'throttled' });
			};
			const asked = attempts(busy, { lane, startsWork: false, patience: BRIEF });
			await expect(asked).rejects.toThrow('busy');
			// After 1, 2, 4 and 8 seconds.
			expect(sent).toBe(5);
		},
	);

	it('comes from the machine, where nobody hands in a clock', () => {
		const chances = Array.from({ length: 20 }, () => system.chance());
		expect(new Set(chances).size).toBeGreaterThan(1);
		expect(chances.every((one) => one >= 0 && one < 1)).toBe(true);
	});
});

describe('a lane that leads into another', () => {
	const tenant = () => new Lane({ spacing: 100, atOnce: Infinity, perSecond: 10 });

	it('keeps its own spacing between what leaves, however full the other one is', async () => {
		const wide = tenant();
		const narrow = new Lane({ spacing: 6_000, atOnce: Infinity, perSecond: Infinity }, wide);
		const left: number[] = [];
		const crowd = Array.from({ length: 100 }, async () => await wide.pass(nothing));
		const few = Array.from({ length: 3 }, async () =>
			narrow.pass(async () => void left.push(fake.now())),
		);
		await Promise.all([...crowd, ...few]);
		const gaps = left.slice(1).map((at, index) => at - left[index]);
		expect(gaps.every((gap) => gap >= 6_000)).toBe(true);
	});

	it('lets all others pass while it waits', async () => {
		const wide = tenant();
		const narrow = new Lane({ spacing: 6_000, atOnce: Infinity, perSecond: Infinity }, wide);
		await narrow.pass(nothing);
		const started = fake.now();
		const second = narrow.pass(async () => fake.now() - started);
		await wide.pass(nothing);
		expect(fake.now() - started).toBeLessThan(1_000);
		expect(await second).toBeGreaterThanOrEqual(5_900);
	});

	it('gives its place up when the execution is stopped', async () => {
		const wide = tenant();
		const narrow = new Lane({ spacing: 6_000, atOnce: Infinity, perSecond: Infinity }, wide);
		await narrow.pass(nothing);
		const stop = new AbortController();
		const stopped = narrow.pass(nothing, stop.signal);
		stop.abort();
		await expect(stopped).rejects.toThrow('The execution was stopped');
		await narrow.pass(nothing);
	});
});

describe('connectionFault', () => {
	const wrapped = (code: string) =>
		Object.assign(new Error('outer'), { cause: Object.assign(new Error('inner'), { code }) });

	it.each([
		['ENOTFOUND', 'The host was not found', { repeat: false, reached: 'no' }],
		['EAI_AGAIN', 'The name of the host could not be resolved', { repeat: true, reached: 'no' }],
		['ECONNREFUSED', 'The host refused the connection', { repeat: true, reached: 'no' }],
		['EHOSTUNREACH', 'The host cannot be reached', { repeat: true, reached: 'no' }],
		['ENETUNREACH', 'The host cannot be reached', { repeat: true, reached: 'no' }],
		['EADDRNOTAVAIL', 'The host cannot be reached', { repeat: true, reached: 'no' }],
		['ECONNRESET', 'The connection broke', { repeat: true, reached: 'maybe' }],
		['EPIPE', 'The connection broke', { repeat: true, reached: 'maybe' }],
		['ERR_STREAM_PREMATURE_CLOSE', 'The connection broke', { repeat: true, reached: 'maybe' }],
		['HPE_INVALID_CONSTANT', 'The connection broke', { repeat: true, reached: 'maybe' }],
		['HPE_HEADER_OVERFLOW', 'The connection broke', { repeat: true, reached: 'maybe' }],
		['ENETRESET', 'The connection broke', { repeat: true, reached: 'maybe' }],
		['ERR_STREAM_DESTROYED', 'The connection broke', { repeat: true, reached: 'maybe' }],
		['ERR_BAD_RESPONSE', 'The connection broke', { repeat: true, reached: 'maybe' }],
		['ECONNABORTED', 'No answer came in time', { repeat: true, reached: 'maybe' }],
		['ETIMEDOUT', 'No answer came in time', { repeat: true, reached: 'maybe' }],
		['Z_DATA_ERROR', 'could not be unpacked', { repeat: true, reached: 'maybe' }],
		['Z_BUF_ERROR', 'could not be unpacked', { repeat: true, reached: 'maybe' }],
		['ERR__ERROR_FORMAT_PADDING_1', 'could not be unpacked', { repeat: true, reached: 'maybe' }],
		['ZSTD_error_prefix_unknown', 'could not be unpacked', { repeat: true, reached: 'maybe' }],
		['ERR_SSL_BAD_RECORD_TYPE', 'TLS connection broke', { repeat: true, reached: 'maybe' }],
		['ERR_CANCELED', 'The execution was stopped', { repeat: false, reached: 'maybe' }],
		['DEPTH_ZERO_SELF_SIGNED_CERT', 'not trusted', { repeat: false, reached: 'no' }],
		['SELF_SIGNED_CERT_IN_CHAIN', 'not trusted', { repeat: false, reached: 'no' }],
		['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'not trusted', { repeat: false, reached: 'no' }],
		['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'not trusted', { repeat: false, reached: 'no' }],
		['CERT_HAS_EXPIRED', 'not trusted', { repeat: false, reached: 'no' }],
		['ERR_TLS_CERT_ALTNAME_INVALID', 'not trusted', { repeat: false, reached: 'no' }],
		['CERT_NOT_YET_VALID', 'not trusted', { repeat: false, reached: 'no' }],
		['HOSTNAME_MISMATCH', 'not trusted', { repeat: false, reached: 'no' }],
		['ERR_INVALID_URL', 'not valid', { repeat: false, reached: 'no' }],
		['EPROTO', 'does not speak TLS', { repeat: false, reached: 'no' }],
	])('%s in words', (code, text, details) => {
		const fault = connectionFault(wrapped(code));
		expect(fault.message).toContain(text);
		expect(consequencesOf(fault)).toMatchObject(details);
	});

	it('keeps the words of an error that has no code', () => {
		expect(connectionFault(new Error('Domain not allowed')).message).toBe('Domain not allowed');
		expect(connectionFault('boom').message).toBe('The request brought no answer');
		const circle: { cause?: unknown; message: string } = { message: 'circle' };
		circle.cause = circle;
		expect(connectionFault(circle).message).toBe('circle');
	});

	it.each([
		['a refusal of this package', new InputError('no'), 'no'],
		["a refusal of n8n's", new UserError('Domain not allowed'), 'no'],
		['a stop while it waited for its turn', new Cancelled(), 'no'],
		['an error of the code that reads answers', new TypeError('x is not a function'), 'maybe'],
		['a code that nobody knows', Object.assign(new Error('?'), { code: 'ENEW' }), 'maybe'],
		['a code that is a property of every object', { code: 'constructor' }, 'maybe'],
		['anything else', 'boom', 'maybe'],
	])('knows of %s whether the request left', (_name, error, reached) => {
		expect(consequencesOf(connectionFault(error)).reached).toBe(reached);
		const outer = Object.assign(new Error('outer'), { cause: error });
		expect(consequencesOf(connectionFault(outer)).reached).toBe(reached);
	});
});

describe('Run', () => {
	const once = { once: true };

	it('never leaves an item out without a word', async () => {
		const run = new Run({ size: 2, together: true });
		const send = jest.fn();
		const outcome = await run.item(0, once, send);
		expect(outcome).toMatchObject({
			error: new InputError('Nothing was sent, because only 1 of 2 items arrived'),
		});
		expect(send).not.toHaveBeenCalled();
	});

	it.each([
		['a result', { result: 1 }, 1],
		['an answer that refuses', { error: 'refused' }, 1],
		['an outcome that nobody knows', { error: 'broke', unsafe: true }, 1],
		['a request that never left, or was one too many', { error: 'busy', unsent: true }, 2],
	])(
		'after %s, a further try sends what must not run twice so often',
		async (_name, first, sent) => {
			const run = new Run({ size: 1, together: true });
			const send = jest.fn().mockResolvedValueOnce(first).mockResolvedValue({ result: 2 });
			expect(await run.item(0, once, send)).toEqual(first);
			expect(await run.item(0, once, send)).toEqual(sent === 1 ? first : { result: 2 });
			expect(send).toHaveBeenCalledTimes(sent);
		},
	);
});

it.each([
	[['a', 'b.'], 'a. b.'],
	[['a.', undefined, 'b.'], 'a. b.'],
	[['Too many requests. ', 'b'], 'Too many requests. b'],
	[['a...'], 'a...'],
	[['', undefined], ''],
])('sentences %j', (texts, text) => expect(sentences(...texts)).toBe(text));

describe('toNodeError', () => {
	const node = { name: 'N', type: 't', typeVersion: 1, id: '1', position: [0, 0], parameters: {} };

	it('keeps words in which n8n would see an error of its own', () => {
		const error = toNodeError(
			node as never,
			new Fault('file ENOENT on host EPERM', { meaning: 'declined', status: 500 }),
			{
				itemIndex: 0,
			},
		);
		expect(error.message).toBe('file ENOENT on host EPERM');
	});

	it.each([
		['Cortex refused it: Too many requests.', 'Cortex refused it: Too many requests. Wait.'],
		['No filter is set', 'No filter is set. Wait.'],
	])('tells an agent in sentences what to do: %s', (message, text) => {
		const tool = { ...node, type: 'scanTool' };
		const error = toNodeError(
			tool as never,
			new Fault(message, { meaning: 'declined', hint: 'Wait.' }),
			{
				itemIndex: 0,
			},
		);
		expect(error.message).toBe(text);
	});

	it('takes secrets out of message and hint, but no short words', () => {
		const fault = new Fault('a topsecret b', { meaning: 'declined', hint: 'topsecret' });
		const error = toNodeError(node as never, fault, { itemIndex: 3, secrets: ['topsecret', 'b'] });
		expect(error.message).toBe('a [hidden] b');
		expect(error.description).toBe('[hidden]');
		expect(withoutSecrets('xx', ['xx'])).toBe('xx');
	});

	const KEY = `K${'0123456789abcdef'.repeat(8)}`;
	const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl';
	const PASSWORD = 'Fake+Pass&"100 %"';

	it.each([
		['as it is', `a ${KEY} b`, 'a [hidden] b'],
		['twice', `${KEY}${KEY}`, '[hidden][hidden]'],
		['cut', `a ${KEY.slice(0, 50)})`, 'a [hidden])'],
		[
			'in a form',
			'password=Fake%2BPass%26%22100+%25%22&token=true',
			'password=[hidden]&token=true',
		],
		['in a URL', '?p=Fake%2BPass%26%22100%20%25%22', '?p=[hidden]'],
		['in JSON', '{"p":"Fake+Pass&\\"100 %\\""}', '{"p":"[hidden]"}'],
		[
			'in a signature',
			'Authorization: 0c7a53037ca9ab47\nhost: x',
			'Authorization: [hidden]\nhost: x',
		],
		['in JSON of headers', '{"authorization":"Bearer abc"}', '{"authorization":"Bearer [hidden]"}'],
		['in a token of somebody else', `token ${JWT} expired`, 'token [hidden] expired'],
		['in a token that was cut', 'authorization: Bearer eyJhbG', 'authorization: Bearer [hidden]'],
		['not in words', 'Authorization failed: the bearer token expired', undefined],
	])('hides what signs requests %s', (_name, text, shown = text) => {
		expect(withoutSecrets(text, [KEY, PASSWORD])).toBe(shown);
		expect(showable(shown, [KEY, PASSWORD])).toBe(shown);
	});

	it('hides secrets that no encoding can take', () => {
		expect(withoutSecrets('a \ud800secret b', ['\ud800secret'])).toBe('a [hidden] b');
	});

	it('cuts a text without end', () => {
		const error = toNodeError(
			node as never,
			new Fault('x'.repeat(100_000), { meaning: 'declined' }),
			{ itemIndex: 0 },
		);
		expect(error.message.length).toBeLessThan(2_100);
	});
});
