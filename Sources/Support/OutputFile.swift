import FoundationEssentials

/// The output that a user named: a file that appears whole or not at all, or else what is there already, written to in place.
///
/// Only a regular file is ever replaced. Devices, FIFOs and standard streams (`/dev/stdout`, `/dev/fd/3`) are written to, and a
/// symbolic link stays one: what it points to is the output.
package struct OutputFile: ~Copyable {
    /// What is behind a name.
    package enum Place: Sendable, Equatable {
        /// A regular file, or nothing yet. The path has no symbolic link at its end, so that other files can lie beside it.
        case file(String)
        /// A descriptor of this process.
        case descriptor(Int32)
        /// Anything else: a device, a FIFO, somebody else's descriptor.
        case special

        /// Looks up what `path` leads to now, over symbolic links; the file need not exist.
        package init(of path: String) {
            self = Self.descriptor(named: path).map { .descriptor($0) } ?? Self.following(path)
        }

        private static func descriptor(named path: String) -> Int32? {
            if path == "/dev/stdout" { return STDOUT_FILENO }
            if path == "/dev/stderr" { return STDERR_FILENO }
            for directory in ["/dev/fd/", "/proc/self/fd/"] where path.hasPrefix(directory) {
                return Int32(path.dropFirst(directory.count))
            }
            return nil
        }

        private static func following(_ path: String) -> Place {
            var named = stat(), found = stat()
            guard path.withBytes({ lstat($0, &named) }) == 0 else { return .file(path) }
            if named.isRegular { return .file(path) }
            guard named.isLink else { return .special }
            guard path.withBytes({ stat($0, &found) }) == 0 else { return dangling(path) }
            // A link below /proc leads to a file that its text need not name.
            guard found.isRegular, let target = path.withBytes({ realpath($0, nil) }) else { return .special }
            defer { free(target) }
            guard lstat(target, &named) == 0, (named.st_dev, named.st_ino) == (found.st_dev, found.st_ino) else {
                return .special
            }
            return .file(ByteText.text(target))
        }

        /// A link to what does not exist: that is what will be made.
        private static func dangling(_ path: String) -> Place {
            guard errno == ENOENT, let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path) else {
                return .special
            }
            let directory = path.prefix(upTo: path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex)
            // The chain is finite, or the error would have been ELOOP.
            return Place(of: target.hasPrefix("/") ? target : directory + target)
        }
    }

    /// As the user wrote it.
    package let path: String
    /// Where to write. Whether it can seek depends on what it is.
    package let descriptor: Int32
    /// The new file and the one that it will replace; `nil` if the output is written in place.
    private let replacement: (new: String, old: String)?
    private var isCommitted = false

    /// - Parameter mode: the permissions of a new file, before the umask.
    /// - Throws: `SystemError`.
    package init(_ path: String, mode: mode_t = 0o666) throws {
        self.path = path
        switch Place(of: path) {
        case .descriptor(let number):
            descriptor = fcntl(number, F_DUPFD_CLOEXEC, 0)
            replacement = nil
        case .special:
            descriptor = path.withBytes { open($0, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode) }
            replacement = nil
        case .file(let file):
            let slash = file.lastIndex(of: "/").map { file.index(after: $0) } ?? file.startIndex
            let new = "\(file[..<slash]).new-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
            let created = new.withBytes { open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode) }
            if created < 0 && [EACCES, EPERM, EROFS].contains(errno) && file.withBytes({ access($0, W_OK) }) == 0 {
                // In a directory that takes no new file, the old one can be written to.
                descriptor = file.withBytes { open($0, O_WRONLY | O_TRUNC | O_CLOEXEC) }
                replacement = nil
            } else {
                descriptor = created
                replacement = (new, file)
            }
        }
        guard descriptor >= 0 else { throw SystemError("create \(path)") }
    }

    deinit {
        close(descriptor)
        if let replacement, !isCommitted { replacement.new.withBytes { _ = unlink($0) } }
    }

    /// Writes every byte.
    package func write(_ bytes: some ContiguousBytes) throws {
        try AtomicFile.writeAll(bytes, to: descriptor, name: path)
    }

    /// Puts a new file in its place. Call it once, last; without it the old one stays, and nothing is left behind.
    package mutating func commit() throws {
        guard let replacement else { return }
        let result = replacement.new.withBytes { new in replacement.old.withBytes { rename(new, $0) } }
        guard result == 0 else { throw SystemError("replace \(path)") }
        isCommitted = true
    }

    /// All of the output at once.
    package static func write(_ bytes: some ContiguousBytes, to path: String, mode: mode_t = 0o666) throws {
        var output = try OutputFile(path, mode: mode)
        try output.write(bytes)
        try output.commit()
    }
}

extension stat {
    fileprivate var isRegular: Bool { st_mode & S_IFMT == S_IFREG }
    fileprivate var isLink: Bool { st_mode & S_IFMT == S_IFLNK }
}
