import FoundationEssentials
import Results
import Support

/// The files of a case's try, as links.
package struct CaseFiles {
    struct File {
        var name: String
        var bytes: Int
    }

    /// What is in a folder, in order; at most `limit`, and one level of folders deep.
    static func list(_ folder: String, limit: Int = 40) -> [File] {
        var files: [File] = []
        for name in names(folder) {
            let inner = names(folder + "/" + name)
            for path in inner.isEmpty ? [name] : inner.map({ name + "/" + $0 }) {
                guard files.count < limit else { return files }
                var status = stat()
                guard (folder + "/" + path).withBytes({ stat($0, &status) }) == 0, status.st_mode & S_IFMT == S_IFREG
                else { continue }
                files.append(File(name: path, bytes: Int(status.st_size)))
            }
        }
        return files
    }

    private static func names(_ folder: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    }

    /// For people: `812 B`, `12.3 KiB`.
    package static func size(_ bytes: Int) -> String {
        switch bytes {
        case ..<1024: "\(bytes) B"
        case ..<1_048_576: DecimalText.fixed(Double(bytes) / 1024, 1) + " KiB"
        default: DecimalText.fixed(Double(bytes) / 1_048_576, 1) + " MiB"
        }
    }
}
