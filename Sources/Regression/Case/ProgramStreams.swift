import Lab
import Support
import SystemPackage

/// What a program of a case reads and writes: nothing comes in, and both outputs go to files of a folder.
struct ProgramStreams: Sendable {
    private let input: FileDescriptor
    private let stdout: BoundedOutput
    private let stderr: BoundedOutput

    /// Makes the files `stdout` and `stderr`.
    ///
    /// - Parameters:
    ///   - limit: of each, in bytes.
    ///   - onLine: called with each line of stdout.
    ///   - onOverflow: called when an output has more than its limit.
    /// - Throws: `SystemError`.
    init(
        in folder: String, limit: Int, onLine: @escaping @Sendable (String) -> Void = { _ in },
        onOverflow: @escaping @Sendable () -> Void = {}
    ) throws {
        input = try SystemError.naming("open /dev/null") {
            try FileDescriptor.open(bytesOf: "/dev/null", .readOnly)
        }
        stdout = try BoundedOutput(path: folder + "/stdout", limit: limit, onLine: onLine, onOverflow: onOverflow)
        stderr = try BoundedOutput(path: folder + "/stderr", limit: limit, onOverflow: onOverflow)
    }

    /// For a run of the program.
    var streams: RunProgram.Streams {
        RunProgram.Streams(input: input.rawValue, output: stdout.descriptor, errorOutput: stderr.descriptor)
    }

    /// To be called once, when the program is over: what it wrote.
    func finish() async -> (stdout: BoundedOutput.Content, stderr: BoundedOutput.Content) {
        try? input.close()
        return (await stdout.finish(), await stderr.finish())
    }
}
