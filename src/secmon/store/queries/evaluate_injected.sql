-- Where the injected lines of an evaluated day are kept beside its events. Run by demo.evaluate.record.
CREATE TABLE IF NOT EXISTS injected (run String, site String, line String) ENGINE = Memory
