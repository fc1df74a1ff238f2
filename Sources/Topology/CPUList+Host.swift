extension CPUList {
    /// The CPUs of this machine that are online, as the kernel lists them; `nil` without sysfs.
    public static var online: CPUList? {
        guard let text = try? TextFile.read("/sys/devices/system/cpu/online") else { return nil }
        return CPUList(text.trimmed)
    }
}
