extension ContinuousClock.Instant {
    /// poll(2)'s time limit for a wait until this instant: milliseconds, rounded up so that it has passed when the wait ends.
    package var pollLimit: Int32 {
        let left = self - .now
        return left > .zero ? Int32(clamping: left.milliseconds + 1) : 0
    }
}

extension ContinuousClock.Instant? {
    /// poll(2)'s time limit for a wait until a deadline; without one it never ends.
    package var pollLimit: Int32 { self?.pollLimit ?? -1 }
}
