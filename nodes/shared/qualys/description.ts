import type { INodeTypeDescription } from 'n8n-workflow';
import { GATEWAY_BASE_URL_EXPRESSION } from './gateway';

/** Where all Qualys nodes send to. */
export const qualysRequestDefaults: INodeTypeDescription['requestDefaults'] = {
	baseURL: GATEWAY_BASE_URL_EXPRESSION,
	headers: { Accept: 'application/json', 'Content-Type': 'application/json' },
};

export const qualysIcon = {
	light: 'file:../../icons/qualys.svg',
	dark: 'file:../../icons/qualys.dark.svg',
} as const;
