export { createBatchWriter } from './batch-writer.ts';
export type { BatchWriterOptions } from './batch-writer.ts';
export type { BatchReport, BatchWriter, IngestAnswer, Receipt, Submission, WriteItems } from './types.ts';
