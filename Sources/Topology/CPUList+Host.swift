import UserInput

extension CPUList {
    /// The CPUs of this machine that are online, as the kernel lists them; `nil` without sysfs.
    package static var online: CPUList? {
        guard let text = try? TextFile.read("/sys/devices/system/cpu/online") else { return nil }
        return CPUList(text.trimmed)
    }

    /// The CPUs that this process, and hence what it starts, may run on: fewer than are online in a container or under
    /// taskset(1). `nil` without procfs.
    package static var usable: CPUList? {
        guard let text = try? TextFile.read("/proc/self/status") else { return nil }
        let key = "Cpus_allowed_list:"
        return text.split(separator: "\n").first { $0.hasPrefix(key) }.flatMap {
            CPUList($0.dropFirst(key.count).trimmed)
        }
    }
}
