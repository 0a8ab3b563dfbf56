export declare const print: (line: string) => void;
