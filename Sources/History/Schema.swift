import GRDB

/// The tables of the database; docs/history.md tells what is in them.
enum Schema {
    /// What tells our files from other databases: `poph`.
    static let applicationID = 0x706f_7068

    /// All versions so far. One that is released is never changed: a later one is added.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { database in
            try database.execute(sql: first)
            try database.execute(sql: "PRAGMA application_id = \(applicationID)")
        }
        return migrator
    }

    /// `sample_set` begins with what a figure's history is asked by, so that one figure over all time is one range of it. The
    /// samples themselves lie elsewhere: they would make that range long.
    private static let first = """
        CREATE TABLE run (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            suite TEXT NOT NULL,
            started REAL NOT NULL,
            state TEXT NOT NULL,
            verdict TEXT NOT NULL,
            passed INTEGER NOT NULL,
            failed INTEGER NOT NULL,
            not_judged INTEGER NOT NULL,
            not_run INTEGER NOT NULL,
            flaky INTEGER NOT NULL,
            seconds REAL NOT NULL,
            document BLOB NOT NULL
        ) STRICT;
        CREATE INDEX run_by_time ON run(suite, started);

        CREATE TABLE environment (
            id INTEGER PRIMARY KEY,
            fingerprint TEXT NOT NULL UNIQUE
        ) STRICT;
        CREATE TABLE boot (
            id INTEGER PRIMARY KEY,
            run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
            name TEXT NOT NULL,
            environment INTEGER NOT NULL REFERENCES environment(id),
            UNIQUE (run, name)
        ) STRICT;

        CREATE TABLE test_case (
            id INTEGER PRIMARY KEY,
            suite TEXT NOT NULL,
            name TEXT NOT NULL,
            UNIQUE (name, suite)
        ) STRICT;
        CREATE TABLE result (
            test_case INTEGER NOT NULL REFERENCES test_case(id),
            started REAL NOT NULL,
            run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
            verdict TEXT NOT NULL,
            flaky INTEGER NOT NULL,
            seconds REAL,
            PRIMARY KEY (test_case, started, run)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX result_by_run ON result(run);

        CREATE TABLE figure (
            id INTEGER PRIMARY KEY,
            test_case INTEGER NOT NULL REFERENCES test_case(id),
            name TEXT NOT NULL,
            unit TEXT NOT NULL,
            UNIQUE (test_case, name, unit)
        ) STRICT;
        CREATE TABLE sample_set (
            figure INTEGER NOT NULL REFERENCES figure(id),
            started REAL NOT NULL,
            run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
            attempt INTEGER NOT NULL,
            position INTEGER NOT NULL,
            boot INTEGER REFERENCES boot(id) ON DELETE CASCADE,
            passed INTEGER NOT NULL,
            better TEXT NOT NULL,
            count INTEGER NOT NULL,
            median REAL,
            samples INTEGER NOT NULL,
            PRIMARY KEY (figure, started, run, attempt, position)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX sample_set_by_run ON sample_set(run);
        CREATE INDEX sample_set_by_boot ON sample_set(boot);
        CREATE TABLE samples (
            id INTEGER PRIMARY KEY,
            bytes BLOB NOT NULL
        ) STRICT;
        """
}
