import FoundationEssentials
import Support
import Topology

extension RunDirectory {
    /// Keeps the consoles of all nodes of a lab, also of guests that died: they are files of this host.
    ///
    /// - Returns: why some could not be kept.
    func copySerialLogs(of record: LabRecord, from paths: LabPaths) -> [String] {
        record.nodes.compactMap { copySerialLog(of: $0.name, from: paths) }
    }

    /// Keeps a node's console; returns why it could not, if it could not.
    func copySerialLog(of node: String, from paths: LabPaths) -> String? {
        do {
            try Directories.create(self.node(node))
            guard let bytes = FileManager.default.contents(atPath: paths.serialLog(node)) else {
                return "\(node): there is no console log"
            }
            try AtomicFile.write(bytes, to: file(.console, of: node))
            return nil
        } catch {
            return "\(node): the console log could not be kept: \(error)"
        }
    }
}
