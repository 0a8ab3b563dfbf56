import type { Endpoint } from './endpoints';
import { errorLogForms } from './importJobs';
import type { Plan, StartedImport, StartedJob } from './jobs';
import { REFUSAL } from './scriptExecutions';
import { scripts } from './scripts';

const HOUR_MS = 3600 * 1000;
const DAY_MS = 24 * HOUR_MS;

/** Ids of the jobs that every simulator knows from the start. */
export const seededIds = {
	/** A scan of the Kiosks group that has ended: three succeeded, one failed, one expired. */
	finishedScan: '6001',
	/** A file retrieval from the Kiosks group that has ended: three sent their files, one failed, one expired. */
	finishedRetrieval: '6002',
	/** A script that has ended on the 12 demo laptops, in various ways. */
	finishedScript: '7001',
	/** A script that goes on for ever on some of the demo laptops. */
	runningScript: '7002',
	/** A script that the tenant refused with a 200. */
	refusedScript: '7003',
	/** A script that has ended on the demo laptops, and brought files back from each but the last. */
	scriptWithFiles: '7004',
	/** A query for the kiosks that has ended. */
	finishedQuery: 'ad21c1e1492d4c_667_inv',
	importCompleted: '11111111-1111-4111-a111-000000000001',
	importFailed: '11111111-1111-4111-a111-000000000002',
	importProcessing: '11111111-1111-4111-a111-000000000003',
	/** COMPLETED_WITH_ERRORS, one for each form of error log. */
	importErrorObjects: '11111111-1111-4111-a111-000000000011',
	importErrorTexts: '11111111-1111-4111-a111-000000000012',
	importErrorJsonText: '11111111-1111-4111-a111-000000000013',
	importErrorText: '11111111-1111-4111-a111-000000000014',
	importErrorNothing: '11111111-1111-4111-a111-000000000015',
} as const;

/** Of an action on the kiosks: three succeed, one fails, one is offline. */
const kioskPlan: Plan = {
	durationSeconds: 900,
	statuses: [
		'COMPLETED_SUCCESSFULLY',
		'COMPLETED_SUCCESSFULLY',
		'COMPLETED_SUCCESSFULLY',
		'FAILED',
	],
	offline: 1,
};

const importJob = (id: string, startedAt: number, plan: Plan): StartedImport => ({
	kind: 'importJob',
	id,
	startedAt,
	assets: 40,
	vulnerabilities: 312,
	plan,
});

/** The jobs behind `seededIds`, started before `epoch` (simulated epoch milliseconds). */
export function createSeededJobs(endpoints: Endpoint[], epoch: number): StartedJob[] {
	const members = (group: string) =>
		endpoints.flatMap(({ groups }, index) => (groups.includes(group) ? [index] : []));
	const laptops = members('Demo Laptops');
	const withErrors = (id: string, form: keyof typeof errorLogForms) =>
		importJob(id, epoch - HOUR_MS, {
			durationSeconds: 120,
			statuses: ['COMPLETED_WITH_ERRORS'],
			errorLog: errorLogForms[form],
		});
	return [
		{
			kind: 'endpointAction',
			id: seededIds.finishedScan,
			startedAt: epoch - 8 * DAY_MS,
			endpoints: members('Kiosks'),
			plan: kioskPlan,
		},
		{
			kind: 'endpointAction',
			action: 'fileRetrieval',
			id: seededIds.finishedRetrieval,
			startedAt: epoch - 8 * DAY_MS,
			endpoints: members('Kiosks'),
			files: {
				windows: ['C:\\Windows\\System32\\drivers\\etc\\hosts', 'C:\\ProgramData\\app.log'],
			},
			plan: { ...kioskPlan, durationSeconds: 120 },
		},
		{
			kind: 'scriptExecution',
			id: seededIds.finishedScript,
			startedAt: epoch - 2 * HOUR_MS,
			endpoints: laptops,
			scriptUid: scripts[0].uid,
			parameters: { commands_list: 'hostname, whoami, echo ok' },
			plan: {
				durationSeconds: 300,
				statuses: [
					...Array.from({ length: 8 }, () => 'COMPLETED_SUCCESSFULLY'),
					'FAILED',
					'COMPLETED_PARTIAL',
					'TIMEOUT',
					'FAILED',
				],
			},
		},
		{
			kind: 'scriptExecution',
			id: seededIds.runningScript,
			startedAt: epoch - HOUR_MS,
			endpoints: laptops,
			scriptUid: scripts[1].uid,
			plan: {
				durationSeconds: 300,
				statuses: ['COMPLETED_SUCCESSFULLY', 'IN_PROGRESS', 'PENDING'],
			},
		},
		{
			kind: 'scriptExecution',
			id: seededIds.refusedScript,
			startedAt: epoch - HOUR_MS,
			endpoints: laptops,
			scriptUid: scripts[0].uid,
			errorMessage: REFUSAL,
			plan: { durationSeconds: 0, statuses: ['FAILED'] },
		},
		{
			kind: 'scriptExecution',
			id: seededIds.scriptWithFiles,
			startedAt: epoch - HOUR_MS,
			endpoints: laptops,
			scriptUid: scripts[2].uid,
			plan: {
				durationSeconds: 300,
				statuses: [...Array.from({ length: 11 }, () => 'COMPLETED_SUCCESSFULLY'), 'FAILED'],
			},
		},
		{
			kind: 'xqlQuery',
			id: seededIds.finishedQuery,
			startedAt: epoch - 2 * DAY_MS,
			query:
				'dataset = endpoints | filter group_names = "Kiosks" | fields endpoint_name, endpoint_status, operating_system | sort asc endpoint_name',
			plan: { durationSeconds: 30, statuses: ['SUCCESS'] },
		},
		importJob(seededIds.importCompleted, epoch - HOUR_MS, {
			durationSeconds: 120,
			statuses: ['COMPLETED'],
		}),
		importJob(seededIds.importFailed, epoch - HOUR_MS, {
			durationSeconds: 30,
			statuses: ['FAILED'],
			errorLog: 'The import stopped: the submitted assets could not be read',
		}),
		importJob(seededIds.importProcessing, epoch - HOUR_MS, {
			durationSeconds: 30,
			statuses: ['PROCESSING'],
			errorLog: null,
		}),
		withErrors(seededIds.importErrorObjects, 'objects'),
		withErrors(seededIds.importErrorTexts, 'texts'),
		withErrors(seededIds.importErrorJsonText, 'jsonText'),
		withErrors(seededIds.importErrorText, 'text'),
		withErrors(seededIds.importErrorNothing, 'nothing'),
	];
}
