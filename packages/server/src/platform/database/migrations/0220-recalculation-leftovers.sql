-- What a recalculation left behind is found without reading every process: the next one clears it while ingest waits.
CREATE INDEX processes_score_next ON processes (process_id) WHERE score_next IS NOT NULL;
