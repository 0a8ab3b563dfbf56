import type { FastifyInstance } from 'fastify';

import type { Clock } from '../clock';
import { refusals } from './errors';
import { wrongPlaces, type ImportBody } from './importBody';
import type { CortexSettings } from './settings';
import type { CortexTenant } from './tenant';

const IMPORTS = '/vulnerability-management/v1/external-scans/assets';

/** The vendor refuses larger submissions. */
const LARGEST_IMPORT_BYTES = 10_000_000;

const UUID = /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/i;

/** Imports of external scanners: a submission, and the status of the job that it starts. Nothing else is there. */
export function addImportRoutes(
	app: FastifyInstance,
	parts: {
		clock: Clock;
		/** Looked at anew for every request. */
		settings: CortexSettings;
		tenant: CortexTenant;
		/** The forms that a path has. */
		forms: (path: string) => string[];
	},
): void {
	const { clock, settings, tenant, forms } = parts;

	for (const url of forms(IMPORTS)) {
		const options = {
			config: { operation: 'submitImport' as const },
			bodyLimit: LARGEST_IMPORT_BYTES,
		};
		app.post(url, options, async ({ body }, reply) => {
			const wrong = wrongPlaces(body, clock.now());
			if (wrong.length > 0) throw refusals.wrongImport(wrong);
			const most = settings.importsUnderWay;
			if (most > 0 && tenant.importsUnderWay() >= most) throw refusals.tooManyImports(most);
			const { assets } = body as ImportBody;
			const count = assets.flatMap((asset) => asset.vulnerabilities).length;
			const answer = {
				job_id: tenant.startImport(assets.length, count),
				...(settings.importsWithoutStatus ? {} : { job_status: 'INITIATED' }),
				assets_count: assets.length,
				vulnerabilities_count: count,
			};
			reply.code(settings.importsWithoutStatus ? 200 : 201);
			return settings.importsInReply ? { reply: answer } : answer;
		});
	}

	for (const url of forms(`${IMPORTS}/jobs/:job_id`)) {
		app.get<{ Params: { job_id: string } }>(
			url,
			{ config: { operation: 'getImportJob' } },
			async ({ params }) => {
				// Ids that tests chose themselves need not look like the vendor's.
				const reply = tenant.importStatus(params.job_id);
				if (reply) return reply;
				throw UUID.test(params.job_id) ? refusals.noSuchImport() : refusals.malformedImportId();
			},
		);
	}
}
