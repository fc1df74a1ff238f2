import Support

/// The golden files of a case, which `--update-golden` writes.
struct Golden {
    let expectation: Expectation

    /// Makes what was written the expected; a program that did not end, or wrote too much, changes nothing.
    ///
    /// - Throws: `SystemError` if a file cannot be written.
    func update(from seen: CaseObservation) throws {
        guard case .exited = seen.ending else { return }
        for (text, content) in [(expectation.stdout, seen.stdout), (expectation.stderr, seen.stderr)] {
            guard case .golden(let path)? = text, !content.isTruncated, content.failure == nil else { continue }
            try Directories.create(AbsolutePath.parent(of: path))
            try AtomicFile.write(try content.read(), to: path)
        }
    }
}
