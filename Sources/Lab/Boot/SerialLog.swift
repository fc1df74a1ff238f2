import FoundationEssentials
import Guest
import Support

/// A guest's console as QEMU logs it.
package struct SerialLog: Sendable {
    /// The log file on this host; it need not exist, and then counts as empty.
    package let path: String

    /// Makes a log of a file; nothing is read before somebody asks for lines.
    package init(path: String) { self.path = path }

    /// Its lines, without the control sequences of firmware and shells.
    package var lines: [String] {
        let bytes = FileManager.default.contents(atPath: path) ?? Data()
        let text = ByteText.text(bytes)
        return text.split(whereSeparator: \.isNewline).map { ConsoleText.plain($0) }.filter { !$0.isEmpty }
    }

    /// The last lines, for an error that shows how a guest ended.
    package func tail(_ count: Int) -> [String] {
        let lines = lines
        return lines.isEmpty ? ["(the console is empty)"] : Array(lines.suffix(count))
    }

    /// In bytes.
    var size: Int64 {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : 0
    }
}
