import fc from 'fast-check';
import { readFiles } from '../../nodes/CortexXdrRetrieveFiles/retrieveFiles';
import { givenInputs, inputFields, readInputs } from '../../nodes/CortexXdrRunScript/scriptInputs';
import { actionsOf } from '../../nodes/shared/cortex/endpointActions';
import { incidentOf } from '../../nodes/shared/cortex/incident';
import { decide } from '../../nodes/shared/cortex/isolation';
import { isHarmless, scriptMetadata, scriptsIn } from '../../nodes/shared/cortex/scriptLibrary';
import { isBlank, readNumber, trimmed, typedNumber } from '../../nodes/shared/input/values';
import { isObject } from '../../nodes/shared/json';
import { isSetByAuthor } from '../../nodes/shared/transport/tool';
import * as inputs from './inputs';
import { row, type Parser } from './parser';

const { value, text } = inputs;

const metadata = {
	reply: {
		script_uid: '414763381b5bfb7b05796c9fe690df47',
		name: 'find\n',
		description: 'Finds',
		is_high_risk: true,
		windows_supported: true,
		linux_supported: false,
		entry_point: 'run',
		script_input: [
			{ name: 'path', type: 'string', friendly_name: 'Path' },
			{ name: 'most', type: 'integer' },
			{ name: 'least', type: 'number' },
		],
	},
};
const library = { reply: { result_count: 1, scripts: [metadata.reply] } };

const scriptInputs = fc.array(
	fc.record({
		name: fc.oneof(fc.constantFrom('path', '__proto__', 'toString'), text),
		type: fc.constantFrom('string', 'integer', 'number', 'list', 'boolean', 'constructor', ''),
		label: text,
	}),
	{ maxLength: 4 },
);
const values = fc.dictionary(fc.constantFrom('path', 'most', '__proto__', 'toString'), value);

const asked = fc.array(
	fc.record({
		ids: fc.array(fc.constantFrom('a', 'b', 'c', '__proto__', ''), { maxLength: 4 }),
		together: fc.boolean(),
		parameters: fc.constantFrom('x', 'y'),
	}),
	{ maxLength: 8 },
);

/** What nodes read that start work on endpoints. */
export const startParsers: Readonly<Record<string, Parser<unknown>>> = {
	'CortexXdrRetrieveFiles/retrieveFiles.readFiles': row({
		input: fc.record({ windows: value, linux: value, macos: value }),
		run: readFiles,
		check: (result: object) => {
			const lists = Object.values(result) as string[][];
			expect(lists.every((list) => list.length > 0)).toBe(true);
			expect(lists.flat().length).toBeGreaterThan(0);
			expect(lists.flat().length).toBeLessThanOrEqual(20);
		},
	}),
	'CortexXdrRunScript/scriptInputs.givenInputs': row({
		input: fc.tuple(fc.oneof(value, values, fc.record({ mappingMode: text, value })), value),
		run: ([parameters, stored]) => givenInputs(parameters, stored),
		check: (result: { values: unknown; set: unknown }) =>
			expect([result.values, result.set].every(isObject)).toBe(true),
	}),
	'CortexXdrRunScript/scriptInputs.inputFields': row({
		input: scriptInputs,
		run: inputFields,
		check: (result: Array<{ id: string }>, input: unknown) =>
			expect(result.map(({ id }) => id)).toEqual(
				(input as Array<{ name: string }>).map(({ name }) => name),
			),
	}),
	'CortexXdrRunScript/scriptInputs.readInputs': row({
		input: fc.tuple(fc.option(scriptInputs, { nil: undefined }), values, values),
		run: ([known, given, set]) => readInputs(known, { values: given, set }),
		check: (result: object, input: unknown) => {
			const [known, given] = input as [Array<{ name: string }> | undefined, object];
			for (const name of Object.keys(result)) {
				expect(Object.keys(given)).toContain(name);
				if (known) expect(known.map((one) => one.name)).toContain(name);
			}
		},
	}),
	'shared/cortex/endpointActions.actionsOf': row({
		input: fc.tuple(asked, fc.integer({ min: 1, max: 3 })),
		run: ([list, most]) =>
			actionsOf(
				list.map((one, item) => ({ item, asked: one })),
				most,
			),
		check: (
			result: Array<{ items: number[]; ids: string[]; parameters: string }>,
			input: unknown,
		) => {
			const [list, most] = input as [
				Array<{ ids: string[]; together: boolean; parameters: string }>,
				number,
			];
			for (const { ids, items } of result) {
				expect(ids.length).toBeGreaterThan(0);
				expect(ids.length).toBeLessThanOrEqual(most);
				expect(new Set(ids).size).toBe(ids.length);
				expect(items.length).toBeGreaterThan(0);
			}
			// Every endpoint of every item is in exactly one action that is made of this item, with its parameters.
			list.forEach(({ ids, parameters, together }, item) => {
				for (const id of new Set(ids)) {
					const of = result.filter(
						(action) => action.items.includes(item) && action.ids.includes(id),
					);
					expect(of.map((action) => action.parameters)).toEqual([parameters]);
					if (!together) expect(of[0].items).toEqual([item]);
				}
			});
			// And nothing else is in any.
			for (const { ids, items } of result) {
				const named = items.flatMap((item) => list[item].ids);
				for (const id of ids) expect(named).toContain(id);
			}
		},
	}),
	'shared/cortex/incident.incidentOf': row({
		input: fc.record({ incidentId: value }, { requiredKeys: [] }),
		run: incidentOf,
		check: (result: { incident_id?: string }, input: unknown) =>
			expect('incident_id' in result).toBe('incidentId' in (input as object)),
	}),
	'shared/cortex/isolation.decide': row({
		input: fc.tuple(
			fc.constantFrom('isolate' as const, 'unisolate' as const),
			fc.option(
				fc.record({
					isolated: fc.constantFrom(
						...['AGENT_ISOLATED', 'AGENT_UNISOLATED', 'AGENT_PENDING_ISOLATION'],
						...['AGENT_PENDING_ISOLATION_CANCELLATION', '', '__proto__', 'constructor', 'X'],
					),
					connection: fc.constantFrom(
						...['CONNECTED', 'DISCONNECTED', 'LOST', 'UNINSTALLED', '', '__proto__', 'toString'],
					),
				}),
				{ nil: undefined },
			),
			fc.constantFrom('send' as const, 'leaveOut' as const),
		),
		run: ([what, endpoint, offline]) => decide(what, endpoint, offline),
		check: ({ result, reason }: { result: string; reason: string | null }, input: unknown) => {
			const [what, endpoint] = input as [string, { isolated: string } | undefined];
			expect(['sent', 'alreadyDone', 'underWay', 'leftOut']).toContain(result);
			if (result !== 'sent') expect(reason).toMatch(/\.$/);
			// Never twice, and never against what is under way.
			const { isolated = '' } = endpoint ?? {};
			if (isolated.includes('PENDING')) expect(result).not.toBe('sent');
			if (isolated === `AGENT_${what.toUpperCase()}D`) expect(result).toBe('alreadyDone');
			if (!endpoint) expect(result).toBe('leftOut');
		},
	}),
	'shared/cortex/scriptLibrary.scriptMetadata': row({
		input: inputs.bentObject(metadata),
		run: scriptMetadata,
		check: (result: { uid: string; name: string; inputs: Array<{ name: string }> }) => {
			expect(result.uid).not.toBe('');
			expect(result.name).not.toBe('');
			expect(result.inputs.every(({ name }) => name !== '')).toBe(true);
		},
	}),
	'shared/cortex/scriptLibrary.isHarmless': row({
		input: fc.record({ uid: text, highRisk: fc.constantFrom(true, false, null) }),
		run: isHarmless,
		check: (result: boolean, input: unknown) => {
			if ((input as { highRisk: unknown }).highRisk !== false) expect(result).toBe(false);
		},
	}),
	'shared/cortex/scriptLibrary.scriptsIn': row({
		input: inputs.bentObject(library),
		run: scriptsIn,
		check: (result: Array<{ uid: string }>) =>
			expect(result.every(({ uid }) => uid !== '')).toBe(true),
	}),
	'shared/input/values.isBlank': row({
		input: value,
		run: isBlank,
		check: (result: boolean, input: unknown) => {
			if (typeof input === 'string') expect(result).toBe(trimmed(input) === '');
		},
	}),
	'shared/input/values.typedNumber': row({
		input: value,
		run: typedNumber,
		check: (result: number | null) => expect(result === null || Number.isFinite(result)).toBe(true),
	}),
	'shared/input/values.readNumber': row({
		input: fc.tuple(value, fc.boolean()),
		run: ([number, whole]) => readNumber('F', number, { least: 1, most: 99, unit: 'x', whole }),
		check: (result: number, input: unknown) => {
			expect(result).toBeGreaterThanOrEqual(1);
			expect(result).toBeLessThanOrEqual(99);
			if ((input as [unknown, boolean])[1]) expect(Number.isInteger(result)).toBe(true);
		},
	}),
	'shared/transport/tool.isSetByAuthor': row({
		input: value,
		run: isSetByAuthor,
		check: (result: boolean, input: unknown) => {
			if (typeof input === 'string' && input.startsWith('=')) expect(result).toBe(false);
		},
	}),
};

/** Functions of theirs that parse nothing. */
export const startOthers: readonly string[] = [
	'CortexXdrRunScript/lists.getScriptInputs',
	'CortexXdrRunScript/lists.searchScripts',
	'shared/cortex/endpointActions.actOnEndpoints',
	'shared/cortex/endpointActions.endpointOptions',
	'shared/cortex/endpointActions.endpointProperties',
	'shared/cortex/endpointActions.endpointsInWords',
	'shared/cortex/incident.incidentProperty',
	'shared/cortex/isolationNode.isolationNode',
	'shared/cortex/isolationNode.isolationProperties',
	'shared/cortex/scriptLibrary.askForScript',
	'shared/cortex/scriptLibrary.askForScripts',
	'CortexXdrSubmitImport/batches.tooLarge',
	'shared/errors.sentence',
	'shared/input/properties.optionsProperty',
	'shared/transport/gathering.gather',
	'shared/transport/run.runKeyOf',
];
