@_exported import Glibc

/// The calling thread's `errno`, as a value.
package func currentErrno() -> Int32 { errno }

/// `strerror(code)`, thread-safe.
package func errorText(_ code: Int32) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
        guard let base = buffer.baseAddress, strerror_r(code, base, 256) == 0 else { return "error \(code)" }
        return String(cString: base)
    }
}
