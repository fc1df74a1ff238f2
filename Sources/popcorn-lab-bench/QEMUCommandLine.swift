/// A QEMU command line as libvirt wrote it, on its way to one that a person could type.
struct QEMUCommandLine {
    private(set) var words: [String]

    init(words: [String]) { self.words = words }

    /// Takes out the halt at start that libvirt ends through its monitor, the monitor, names, and keys for secrets.
    mutating func dropLibvirtParts() {
        words.removeAll { $0 == "-S" }
        drop("-mon") { _ in true }
        drop("-chardev") { $0.contains("id=charmonitor") }
        drop("-object") { $0.contains("masterKey0") }
        drop("-name") { _ in true }
        drop("-uuid") { _ in true }
        drop("-set") { $0.hasPrefix("chardev.") }
    }

    /// The console's socket comes as an open descriptor, its log through `-set`.
    mutating func replaceConsole(socket: String, log: String) {
        change("-chardev") { value in
            guard value.contains("id=charua-console") else { return value }
            return "socket,id=charua-console,path=\(socket),server=on,wait=off,logfile=\(log)"
        }
    }

    /// The file of the port on which init reports.
    mutating func replaceReports(log: String) {
        change("-chardev") { $0.hasPrefix("file,id=report,") ? "file,id=report,path=\(log)" : $0 }
    }

    mutating func replaceInitramfs(_ body: (String) throws -> String) rethrows { try change("-initrd", body) }

    mutating func replaceSwitch(by directory: String) {
        change("-netdev") { $0.hasPrefix("vde,") ? "vde,id=fabric,sock=\(directory)" : $0 }
    }

    private mutating func drop(_ option: String, where matches: (String) -> Bool) {
        var index = 1
        while index + 1 < words.count {
            if words[index] == option && matches(words[index + 1]) {
                words.removeSubrange(index...index + 1)
            } else {
                index += 1
            }
        }
    }

    private mutating func change(_ option: String, _ body: (String) throws -> String) rethrows {
        for index in words.indices.dropLast() where words[index] == option {
            words[index + 1] = try body(words[index + 1])
        }
    }
}
