import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';
import { optionsProperty } from '../shared/input/properties';
import { cortexIcon, cortexMethods, cortexNode } from '../shared/cortex/description';
import { builderHint, toolDescription } from '../shared/transport/tool';
import { submitImport } from './submitImport';

const FOR_MODELS =
	'Submit the findings of a vulnerability scanner to Palo Alto Cortex Exposure Management (bring your own scanner). Takes the vendor and product of the scanner, and a list of assets: each with origin_asset_id, asset_name, ipv4 or fqdn, last_seen (within 30 days), and a list of vulnerabilities (vulnerability_id, last_seen, cve_id, port …). Returns a job_id, and how many assets and vulnerabilities were accepted; wait for the job_id to learn what was imported. Cortex takes ten imports an hour, so submit everything at once.';

export class CortexXdrSubmitImport implements INodeType {
	description: INodeTypeDescription = {
		...cortexNode,
		icon: cortexIcon,
		displayName: 'Cortex XDR Submit Import',
		name: 'cortexXdrSubmitImport',
		subtitle: '={{ $parameter.vendor + " " + $parameter.product }}',
		description: 'Submit assets and findings of an external scanner to Exposure Management',
		defaults: { name: 'Cortex XDR Submit Import' },
		usableAsTool: { replacements: { description: FOR_MODELS } },
		builderHint: builderHint(
			"Take this to import vulnerabilities of another scanner (BYOS) into Cortex: one finding an item, in the vendor's field names, such as the rows of a CSV file. One item for each import: job_id, job_status, assets_count, vulnerabilities_count.",
			{
				cortexXdrWaitForJob:
					'Waits until the import has ended, with Job Type set to Import Job, and lists what could not be imported',
			},
		),
		properties: [
			toolDescription(FOR_MODELS),
			{
				displayName: 'Vendor',
				name: 'vendor',
				type: 'string',
				required: true,
				default: '',
				placeholder: 'e.g. TENABLE',
				description:
					'Who makes the scanner. Cortex knows TENABLE, QUALYS, RAPID7_VM and RAPID7_CLOUD, and takes any other name.',
			},
			{
				displayName: 'Product',
				name: 'product',
				type: 'string',
				required: true,
				default: '',
				placeholder: 'e.g. Nessus',
				description: 'What the scanner is called',
			},
			{
				displayName: 'Version',
				name: 'version',
				type: 'string',
				default: '',
				placeholder: 'e.g. 10.8',
				description: 'Version of the scanner. May be left empty.',
			},
			{
				displayName: 'Assets From',
				name: 'assetsFrom',
				type: 'options',
				noDataExpression: true,
				default: 'items',
				options: [
					{
						name: 'Input Items',
						value: 'items',
						description: 'Each item is an asset, or one finding of an asset',
					},
					{
						name: 'List of Assets',
						value: 'list',
						description: 'An expression or JSON that gives a list of assets',
					},
				],
				description: 'Where the assets come from',
			},
			{
				displayName:
					"Fields have the names that Cortex gives them. Of an asset: origin_asset_id, asset_name, fqdn, ipv4, ipv6, mac_address, os_name, last_seen. Of a finding: vulnerability_id, last_seen, cve_id, description, evidence, port, protocol … Items with the same origin_asset_id become one asset; use <b>Edit Fields</b> before this node to rename a scanner's own columns.",
				name: 'fieldsNotice',
				type: 'notice',
				default: '',
				displayOptions: { show: { assetsFrom: ['items'] } },
			},
			{
				displayName: 'Assets',
				name: 'assets',
				type: 'json',
				required: true,
				default: '={{ $json.assets }}',
				displayOptions: { show: { assetsFrom: ['list'] } },
				description:
					'A list of assets in the field names of Cortex, each with its list of vulnerabilities',
			},
			optionsProperty([
				{
					displayName: 'Batches',
					name: 'batches',
					type: 'number',
					typeOptions: { minValue: 1 },
					default: 10,
					description:
						'How many requests may be sent, each an import of up to 8 MB. Cortex takes 10 an hour; an input that makes more is refused before anything is sent.',
				},
			]),
		],
	};

	methods = cortexMethods;

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await submitImport(this);
	}
}
