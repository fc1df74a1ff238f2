import FoundationEssentials
import Support

/// The path of a program of this package that was built together with the tests.
///
/// - Throws: `SystemError` if it was not.
public func builtProgram(_ name: String) throws -> String {
    let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let path = String(tests[..<(tests.lastIndex(of: "/") ?? tests.endIndex)]) + "/" + name
    guard access(path, X_OK) == 0 else { throw SystemError("find \(path), which `swift build --build-tests` makes") }
    return path
}
