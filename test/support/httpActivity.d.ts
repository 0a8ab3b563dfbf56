export declare const activity: { underWay: number };
