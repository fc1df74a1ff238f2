import SystemPackage

extension FileDescriptor {
    /// Opens a file by a name of `ByteText`; children do not inherit it.
    ///
    /// - Parameter permissions: of a file that is created, before the umask.
    /// - Throws: `Errno`; see `SystemError.naming`.
    package static func open(
        bytesOf path: String, _ mode: AccessMode, options: OpenOptions = [], permissions: mode_t? = nil
    ) throws -> FileDescriptor {
        try path.withBytes {
            try open(
                $0, mode, options: options.union(.closeOnExec),
                permissions: permissions.map { FilePermissions(rawValue: $0) })
        }
    }

    /// A pipe that children do not inherit.
    ///
    /// - Throws: `SystemError`.
    package static func privatePipe() throws -> (readEnd: FileDescriptor, writeEnd: FileDescriptor) {
        try SystemError.naming("create a pipe") { try pipe(options: .closeOnExec) }
    }

    /// Another descriptor of the same file, which children do not inherit either.
    ///
    /// - Throws: `Errno`.
    package func duplicatePrivately() throws -> FileDescriptor {
        let copy = fcntl(rawValue, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { throw Errno(rawValue: currentErrno()) }
        return FileDescriptor(rawValue: copy)
    }

    /// The next bytes, at most `count`; empty at the end.
    ///
    /// - Parameter offset: where to read in a file; without it, where the last piece ended.
    /// - Throws: `Errno`.
    package func piece(upTo count: Int = 1 << 16, at offset: Int64? = nil) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            let space = UnsafeMutableRawBufferPointer(buffer)
            filled = try offset.map { try read(fromAbsoluteOffset: $0, into: space) } ?? read(into: space)
        }
    }

    /// Calls `body` with all that comes until the end.
    package func forEachPiece(upTo count: Int = 1 << 16, _ body: ([UInt8]) throws -> Void) throws {
        while true {
            let piece = try piece(upTo: count)
            if piece.isEmpty { return }
            try body(piece)
        }
    }
}

extension SystemError {
    /// What `body` gives; an `Errno` of its becomes an error that says what was tried.
    @discardableResult
    package static func naming<Result>(
        _ operation: @autoclosure () -> String, _ body: () throws -> Result
    ) throws -> Result {
        do {
            return try body()
        } catch let code as Errno {
            throw SystemError(operation(), errno: code.rawValue)
        }
    }
}
