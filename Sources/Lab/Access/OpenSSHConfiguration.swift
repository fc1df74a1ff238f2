import Support

extension LabAccess {
    /// A configuration file for OpenSSH and what builds on it (scp, rsync, editors): one host per node.
    ///
    /// Host keys are checked here too, against a `known_hosts` file that this writes beside the lab's record.
    package func openSSHConfiguration() throws -> String {
        let nodes = record.nodes.filter { !$0.isConsoleOnly }
        let known = nodes.filter { $0.spec.system == nil }.map { "\(hostKeyAlias($0)) \($0.hostKey)\n" }.joined()
        try AtomicFile.write(known, to: paths.knownHosts)
        return nodes.map { node in
            let login = node.spec.system?.login
            return """
                Host \(node.name)
                    HostName 127.0.0.1
                    Port \(node.sshPort)
                    User \(login?.user ?? "root")
                    IdentityFile \(Self.quoted(login?.key ?? paths.privateKey))
                    IdentitiesOnly yes
                    HostKeyAlias \(hostKeyAlias(node))
                    UserKnownHostsFile \(Self.quoted(paths.knownHosts))
                    StrictHostKeyChecking \(node.spec.system == nil ? "yes" : "accept-new")

                """
        }.joined(separator: "\n")
    }

    /// A path as ssh_config(5) wants it: blanks and quotes in quotation marks, `%` not as the start of a token.
    private static func quoted(_ path: String) -> String {
        let literal = path.replacing("%", with: "%%")
        guard literal.contains(where: { " \t\"'\\#".contains($0) }) else { return literal }
        return "\"" + literal.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    private func hostKeyAlias(_ node: NodeRecord) -> String { "popcorn-\(record.spec.name)-\(node.name)" }
}
