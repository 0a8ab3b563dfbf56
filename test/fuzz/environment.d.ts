export declare const runs: number;
export declare const exportedFunctions: () => string[];
