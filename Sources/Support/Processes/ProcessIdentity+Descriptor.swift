import CLinux

extension ProcessIdentity {
    /// A descriptor that becomes readable when the process ends (pidfd_open(2)), to be closed by the caller; `nil` if it has
    /// ended already.
    func openDescriptor() -> Int32? {
        let descriptor = linux_pidfd_open(pid)
        guard descriptor >= 0 else { return nil }
        // The pid may have passed to another process before we opened it, but cannot any more.
        guard isAlive else {
            close(descriptor)
            return nil
        }
        return descriptor
    }
}
