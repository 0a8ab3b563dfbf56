import { InputError } from '../errors';
import type { JobKind, Settings, Status, Vendor } from '../wait/job';
import { statusOfParts, type Telling } from '../wait/verdict';
import { gatewayOf } from './ask';
import {
	assetInWords,
	assetJobOf,
	assetJobWithOutput,
	meaningOfAssetJob,
	reasonOf,
	wordOfAssetJob,
	type AssetJob,
} from './assetJobs';
import { assetJobRecords } from './assetJobPages';
import { readJobId } from './description';
import type { Question } from './operations';
import { QUALYS_CREDENTIAL } from './send';

/** The vendor's page writes these two with a space; its API may not. */
const EXECUTION = {
	failed: ['EXECUTION FAILED', 'EXECUTION_FAILED'],
	passed: ['EXECUTION PASSED', 'EXECUTION_PASSED'],
};

/** Words of assets from the most to the least telling. */
const TELLING: Telling = {
	failed: [
		...EXECUTION.failed,
		'MANIFEST_EXECUTION_FAILED',
		'SCRIPT_RESULT_UPLOAD_FAILED',
		'MANIFEST_PARSE_FAILED',
		'MANIFEST_DOWNLOAD_FAILED',
		'MANIFEST_EXPIRED',
		'REBOOT_PENDING',
		'REBOOT_COMPLETED',
		...EXECUTION.passed,
	],
	succeeded: [...EXECUTION.passed, 'REBOOT_COMPLETED', 'REBOOT_PENDING', ...EXECUTION.failed],
	goingOn: [
		'MANIFEST_EXECUTION_SUCCESS',
		'MANIFEST_PARSE_SUCCESS',
		'MANIFEST_DOWNLOAD_SUCCESS',
		'MANIFEST_ASSIGNED',
		'MANIFEST_PUBLISHED',
		'MANIFEST_GENERATION_IN_PROGRESS',
		'PENDING',
	],
};

/** How a script job stands, from its assets. */
export const scriptJobStatus = (
	jobs: AssetJob[],
	settings: Pick<Settings, 'finishedShare' | 'requiredShare'>,
): Status =>
	statusOfParts(
		jobs.map((job) => ({
			status: wordOfAssetJob(job),
			meaning: meaningOfAssetJob(job),
			id: assetInWords(job),
			reason: reasonOf(job),
			row: { ...job },
		})),
		{ ...settings, acceptPartial: false },
		TELLING,
	);

/** Why a job may have no assets. Source: the vendor's page about the handling of asset jobs. */
export const NO_ASSETS =
	'An asset whose last job of the same script is still pending gets no new one for 14 days. And Qualys shows a user only what lies in the tag scope of that user.';

const scriptJob: JobKind<Question> = {
	title: 'Script job',
	parts: 'assets',
	noParts: NO_ASSETS,
	grows: true,
	// Nobody documents how often this may be asked; sibling services allow 300 calls an hour.
	soonest: 10,
	readId: readJobId,
	async status(ask, { id, settings }) {
		const records = await assetJobRecords(ask, id, { output: false });
		return scriptJobStatus(
			records.map((record) => assetJobOf(record, id)),
			settings,
		);
	},
	async results(ask, { id }) {
		const records = await assetJobRecords(ask, id, { output: true });
		return records.map((record) => assetJobWithOutput(record, id));
	},
};

/** The jobs of Qualys. */
export const QUALYS_JOBS: Vendor<Question> = {
	name: 'Qualys',
	credential: QUALYS_CREDENTIAL,
	connect: gatewayOf,
	refuseSkipped({ correlation_uuid: started }) {
		if (typeof started !== 'string') return;
		throw new InputError(
			'Execute Script has started a job for this item, but did not find it within a minute, so it is not skipped',
			`Find it with Search Script Jobs, by its correlationUuid ${started}, and wait for its id.`,
		);
	},
	kinds: { scriptJob },
};
