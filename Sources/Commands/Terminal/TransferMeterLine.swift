import Guest
import Support

/// One line on a terminal that tells how far a transfer is; nothing elsewhere.
final class TransferMeterLine: Sendable {
    private let last = Guarded<ContinuousClock.Instant?>(nil)
    private let isTerminal = isatty(STDERR_FILENO) == 1

    func show(_ progress: TransferProgress) {
        guard isTerminal else { return }
        let now = ContinuousClock.now
        let isDue = last.withLock { last in
            guard last.map({ now - $0 > .milliseconds(100) }) ?? true else { return false }
            last = now
            return true
        }
        guard isDue else { return }
        let percent = progress.totalBytes == 0 ? 100 : progress.bytes * 100 / progress.totalBytes
        Notice.raw("\r\u{1b}[K\(percent) %  \(progress.bytes >> 10) KiB  \(VisibleText.text(progress.path))")
    }

    func finish() {
        if isTerminal, last.withLock({ $0 != nil }) { Notice.raw("\r\u{1b}[K") }
    }
}
