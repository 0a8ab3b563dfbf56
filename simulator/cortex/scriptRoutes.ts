import type { FastifyRequest } from 'fastify';

import { ownLink, signedLink } from './downloadRoutes';
import { createLinks } from './downloads';
import { refusals } from './errors';
import { HIGH_RISK_PERMISSION } from './keys';
import type { RouteTools } from './routeTools';
import { filesHeld, scriptStatusReply, unknownStatusReply } from './scriptExecutions';
import {
	findScript,
	scriptCode,
	scriptMetadata,
	scriptRow,
	wrongParameters,
	type Script,
	type System,
} from './scripts';
import {
	selectScripts,
	type GetScriptsBody,
	type RunScriptBody,
	type RunSnippetBody,
	type ScriptFilesBody,
	type ScriptStatusBody,
	type ScriptUidBody,
} from './scriptSchemas';

/** Adds the library of scripts, and how they are run. Results have a route of their own. */
export function addScriptRoutes(tools: RouteTools): void {
	const { post, select, started, numeric, settings, tenant } = tools;
	const links = createLinks(tenant.seed);

	const libraryScript = (uid: string): Script => {
		const script = findScript(uid);
		if (!script) throw refusals.unknownScript(uid);
		return script;
	};

	/** Of the endpoints asked for, those of the systems that the script is for. */
	const able = (filters: RunScriptBody['request_data']['filters'], systems: System[]) => {
		const endpoints = select(filters).filter((position) =>
			systems.includes(tenant.endpoints[position].platform as System),
		);
		if (endpoints.length === 0) throw refusals.noEndpoint();
		return endpoints;
	};

	post<GetScriptsBody>('/v1/scripts/get_scripts', 'getScripts', ({ request_data }) => {
		const found = selectScripts(request_data.filters);
		const shown = found.slice(0, settings.mostScripts || undefined);
		return {
			reply: {
				total_count: found.length,
				result_count: shown.length,
				scripts: shown.map((script) => scriptRow(script, numeric)),
			},
		};
	});

	post<ScriptUidBody>('/v1/scripts/get_script_metadata', 'getScriptMetadata', (body) => ({
		reply: scriptMetadata(libraryScript(body.request_data.script_uid), numeric),
	}));

	post<ScriptUidBody>('/v1/scripts/get_script_code', 'getScriptCode', (body) => ({
		reply: scriptCode(libraryScript(body.request_data.script_uid)),
	}));

	post<RunScriptBody>('/v1/scripts/run_script', 'runScript', ({ request_data }, { request }) => {
		const { script_uid, filters, parameters_values } = request_data;
		if (script_uid === undefined) throw refusals.missingParameter('script_uid');
		const script = findScript(script_uid);
		if (!script) throw refusals.noSuchScript(script_uid);
		if (script.isHighRisk && !request.cortexKey?.permissions.includes(HIGH_RISK_PERMISSION)) {
			throw refusals.forbidden(HIGH_RISK_PERMISSION);
		}
		const wrong = wrongParameters(script, parameters_values);
		if (wrong) throw refusals.wrongParameters(wrong);
		const endpoints = able(filters, script.systems);
		const id = tenant.startAction({
			kind: 'scriptExecution',
			endpoints,
			scriptUid: script_uid,
			parameters: parameters_values,
		});
		return { reply: { ...started(id, endpoints), status: numeric(1) } };
	});

	post<RunSnippetBody>('/v1/scripts/run_snippet_code_script', 'runSnippet', (body) => {
		const endpoints = able(body.request_data.filters, ['windows', 'linux', 'macos']);
		const id = tenant.startAction({ kind: 'scriptExecution', endpoints, isSnippet: true });
		return { reply: started(id, endpoints) };
	});

	post<ScriptStatusBody>('/v1/scripts/get_script_execution_status', 'getScriptStatus', (body) => {
		const id = String(body.request_data.action_id);
		const course = tenant.course(id);
		if (course?.job.kind !== 'scriptExecution') {
			if (!settings.unknownExecutionIs200) throw refusals.noSuchAction(id);
			return { reply: unknownStatusReply(id, settings.countsAsText) };
		}
		const { job, lives, seconds } = course;
		return { reply: scriptStatusReply(job, lives, seconds, settings.countsAsText) };
	});

	/** The link to an endpoint's files: the tenant's own, or a signed one on another host. */
	const linkFor = (request: FastifyRequest, jobId: string, endpointId: string): string => {
		const value = links.write({ jobId, endpointId, issuedAt: tenant.now() });
		const { fileLinkHost } = settings;
		return fileLinkHost ? signedLink(request, fileLinkHost, value) : ownLink(request, value);
	};

	post<ScriptFilesBody>(
		'/v1/scripts/get_script_execution_results_files',
		'getScriptFiles',
		({ request_data }, { request }) => {
			const id = String(request_data.action_id);
			const { endpoint_id } = request_data;
			const course = tenant.course(id);
			if (course?.job.kind !== 'scriptExecution') throw refusals.noSuchAction(id);
			const { job, lives, seconds } = course;
			const index = job.endpoints.findIndex(
				(position) => tenant.endpoints[position].id === endpoint_id,
			);
			if (index < 0) throw refusals.notInAction(endpoint_id, id);
			const hasFiles = filesHeld(job, lives[index], seconds) > 0;
			const link = hasFiles ? linkFor(request, id, endpoint_id) : '';
			return { reply: { [settings.lowerCaseFilesLink ? 'data' : 'DATA']: link } };
		},
	);
}
