import Support

extension LabAccess {
    /// A configuration file for OpenSSH and what builds on it (scp, rsync, editors): one host per node.
    ///
    /// Host keys are checked here too, against a `known_hosts` file that this writes beside the lab's record.
    public func openSSHConfiguration() throws -> String {
        let known = record.nodes.map { "\(hostKeyAlias($0)) \($0.hostKey)\n" }.joined()
        try AtomicFile.write(known, to: paths.knownHosts)
        return record.nodes.map { node in
            """
            Host \(node.name)
                HostName 127.0.0.1
                Port \(node.sshPort)
                User root
                IdentityFile \(paths.privateKey)
                IdentitiesOnly yes
                HostKeyAlias \(hostKeyAlias(node))
                UserKnownHostsFile \(paths.knownHosts)
                StrictHostKeyChecking yes

            """
        }.joined(separator: "\n")
    }

    private func hostKeyAlias(_ node: NodeRecord) -> String { "popcorn-\(record.spec.name)-\(node.name)" }
}
