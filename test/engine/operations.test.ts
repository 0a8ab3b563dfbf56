import { nodeNames, operations } from '../operations';
import { CortexXdrGetActionStatus } from '../../nodes/CortexXdrGetActionStatus/CortexXdrGetActionStatus.node';
import { createWorld, type World } from '../support/world';

/** What each operation sends and gives back against the simulator; every node of the package has its rows. */
const rows = operations.flatMap(({ node, runs }) => runs.map((run) => ({ node, ...run })));

/** Nodes that are no single operation; they have a suite of their own. */
const PROGRAMMATIC = ['CortexXdrWaitForJob', 'QualysWaitForScriptJob'];

describe('operations', () => {
	let world: World;

	beforeAll(async () => {
		world = await createWorld();
	});

	afterAll(async () => await world.close());

	it.each(rows)('$node.name, $name', async ({ node, parameters, before, item, sends, gives }) => {
		before?.(world);
		world.requests();
		const given = typeof parameters === 'function' ? parameters(world) : parameters;
		const result = await world.run(new node(), given, { items: [item?.(world) ?? {}] });
		expect(result.error).toBeUndefined();
		const calls = world.requests().filter(({ path }) => path !== '/auth');
		expect(calls.map(({ method, path }) => `${method} ${path}`)).toEqual([sends].flat());
		gives(result);
		expect(result.outputs[0].map((item) => item.pairedItem)).toEqual(
			result.outputs[0].map(() => ({ item: 0 })),
		);
	});

	it('has a row for every declarative node of the package, and for each choice that it offers', () => {
		const covered = new Set(rows.map(({ node }) => node.name));
		const nodes = nodeNames.filter((name) => !PROGRAMMATIC.includes(name));
		expect([...covered].sort()).toEqual(nodes.sort());
		for (const node of new Set(rows.map((row) => row.node))) {
			for (const { name, type, options = [] } of new node().description.properties) {
				if (type !== 'options') continue;
				const choices = options.map((option) => ('value' in option ? option.value : undefined));
				const tried = rows
					.filter((row) => row.node === node)
					.map(({ parameters }) =>
						typeof parameters === 'function' ? parameters(world)[name] : parameters[name],
					);
				expect(tried).toEqual(expect.arrayContaining(choices));
			}
		}
	});

	it('links every output item to its input, whatever their number', async () => {
		const { json, outputs } = await world.run(
			new CortexXdrGetActionStatus(),
			{ actionId: '={{ $json.id }}', output: 'endpoints' },
			{ items: [{ id: '6001' }, { id: 7001 }, { id: ' 6001 ' }] },
		);
		expect(json.map((row) => row.action_id)).toEqual([
			...Array(5).fill('6001'),
			...Array(12).fill('7001'),
			...Array(5).fill('6001'),
		]);
		expect(outputs[0].map((item) => item.pairedItem)).toEqual([
			...Array(5).fill({ item: 0 }),
			...Array(12).fill({ item: 1 }),
			...Array(5).fill({ item: 2 }),
		]);
	});
});
