/// What `apt-cache depends --recurse` prints: each package, then its dependencies, indented.
///
///     openssh-sftp-server
///       Depends: openssh-client
///      |Depends: debconf               the first of several that would do
///       Depends: <debconf-2.0>         a virtual package, its providers indented further below
///         cdebconf
struct DependencyGraph: Sendable {
    private var dependencies: [String: [String]] = [:]

    init(_ text: String) {
        var package = ""
        // Set while the alternatives of a dependency that is met already are being read.
        var met = false
        var virtual = false
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard let last = words.last else { continue }
            if !line.hasPrefix(" ") {
                package = String(line)
                dependencies[package] = dependencies[package] ?? []
                (met, virtual) = (false, false)
            } else if line.contains("Depends: ") {
                if !met {
                    virtual = last.hasPrefix("<")
                    if !virtual { dependencies[package]?.append(String(last)) }
                } else {
                    virtual = false
                }
                met = line.hasPrefix(" |")
            } else if virtual {
                dependencies[package]?.append(String(last))
                virtual = false
            }
        }
    }

    func contains(_ package: String) -> Bool { dependencies[package] != nil }

    /// Everything that can be reached from `roots`, without the packages that `excluded` holds for.
    func closure(of roots: [String], excluding excluded: (String) -> Bool) -> [String] {
        var seen: Set<String> = []
        var open = roots
        while let name = open.popLast() {
            guard !excluded(name), seen.insert(name).inserted else { continue }
            open += dependencies[name] ?? []
        }
        return seen.sorted()
    }
}
