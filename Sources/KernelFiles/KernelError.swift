import Support

/// Why a kernel's files cannot be read, or cannot be used.
package typealias KernelError = CodedError<KernelErrorCode>

/// The codes of `KernelError`.
package enum KernelErrorCode: ErrorCode {
    /// A file or directory is missing, or cannot be read.
    case unreadable
    /// A file that is no kernel and no module, or a damaged one.
    case format
    /// A directory without a built kernel.
    case noKernel
    /// A kernel or a module that a lab cannot use.
    case unfit

    package var exitStatus: ExitStatus {
        switch self {
        case .unreadable, .format, .noKernel, .unfit: .usage
        }
    }
}
